/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/serial.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

static speed_t speed_of(uint32_t bits_per_second)
{
	static const struct {
		uint32_t bits_per_second;
		speed_t speed;
	} speeds[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},     {9600, B9600},    {19200, B19200},
	              {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400}};

	for (size_t i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
		if (speeds[i].bits_per_second == bits_per_second)
			return speeds[i].speed;
	return B115200;
}

void serial_settings(const struct message_console *console, struct termios *settings)
{
	settings->c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
	settings->c_cflag |= console->data_bits == 7 ? CS7 : CS8;
	if (console->parity != CONSOLE_PARITY_NONE)
		settings->c_cflag |= PARENB;
	if (console->parity == CONSOLE_PARITY_ODD)
		settings->c_cflag |= PARODD;
	if (console->stop_bits == 2)
		settings->c_cflag |= CSTOPB;
	if (console->flow == CONSOLE_FLOW_RTSCTS)
		settings->c_cflag |= CRTSCTS;
	settings->c_iflag &= ~(tcflag_t)(IXON | IXOFF);
	if (console->flow == CONSOLE_FLOW_XONXOFF)
		settings->c_iflag |= IXON | IXOFF;
	cfsetispeed(settings, speed_of(console->bits_per_second));
	cfsetospeed(settings, speed_of(console->bits_per_second));
}

int serial_apply(int fd, const struct message_console *console)
{
	struct winsize size = {0};
	struct termios settings;

	if (tcgetattr(fd, &settings))
		return -errno;
	serial_settings(console, &settings);
	if (tcsetattr(fd, TCSADRAIN, &settings))
		return -errno;
	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		return 0;
	size.ws_row = console->rows;
	size.ws_col = console->columns;
	return ioctl(fd, TIOCSWINSZ, &size) ? -errno : 0;
}
