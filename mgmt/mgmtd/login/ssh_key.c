/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/ssh_key.h"
#include "mgmt/mgmtd/files/file_read.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLANKS       " \t\r\n"
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384

/* What is left of a key's bytes. */
struct bytes {
	const uint8_t *at;
	size_t length;
};

/* RFC 4251, 5: a string is its length in four bytes, and as many bytes. */
static bool take_string(struct bytes *from, struct bytes *out)
{
	uint32_t length;

	if (from->length < sizeof(length))
		return false;
	memcpy(&length, from->at, sizeof(length));
	length = ntohl(length);
	if (length > from->length - sizeof(length))
		return false;
	*out = (struct bytes){from->at + sizeof(length), length};
	from->at += sizeof(length) + length;
	from->length -= sizeof(length) + length;
	return true;
}

static bool is_text(const struct bytes *bytes, const char *text, size_t length)
{
	return bytes->length == length && !memcmp(bytes->at, text, length);
}

/* Of a positive number in as few bytes as it needs; 0 for any other. */
static size_t number_bits(struct bytes number)
{
	size_t bits;

	if (number.length && !number.at[0]) {
		if (number.length < 2 || !(number.at[1] & 0x80))
			return 0;
		number.at++;
		number.length--;
	} else if (!number.length || number.at[0] & 0x80) {
		return 0;
	}
	bits = number.length * 8;
	for (uint8_t mask = 0x80; !(number.at[0] & mask); mask >>= 1)
		bits--;
	return bits;
}

static const char *check_rsa(struct bytes *rest)
{
	struct bytes exponent, modulus;
	size_t bits;

	if (!take_string(rest, &exponent) || !take_string(rest, &modulus) || !number_bits(exponent))
		return "the key is damaged";
	bits = number_bits(modulus);
	if (bits < RSA_BITS_MIN)
		return "an RSA key must have at least 2048 bits";
	return bits > RSA_BITS_MAX ? "an RSA key may have at most 16384 bits" : NULL;
}

static const char *check_ed25519(struct bytes *rest)
{
	struct bytes point;

	return take_string(rest, &point) && point.length == 32 ? NULL : "the key is damaged";
}

/* The point is not compressed: a 4, x and y. */
static const char *check_ecdsa(struct bytes *rest, const char *curve, size_t size)
{
	struct bytes name, point;

	if (!take_string(rest, &name) || !is_text(&name, curve, strlen(curve)) ||
	    !take_string(rest, &point) || point.length != 1 + 2 * size || point.at[0] != 4)
		return "the key is damaged";
	return NULL;
}

static const char *check_type(const char *type, size_t length, struct bytes *rest)
{
	struct bytes name = {(const uint8_t *)type, length};

	if (is_text(&name, "ssh-rsa", 7))
		return check_rsa(rest);
	if (is_text(&name, "ssh-ed25519", 11))
		return check_ed25519(rest);
	if (is_text(&name, "ecdsa-sha2-nistp256", 19))
		return check_ecdsa(rest, "nistp256", 32);
	if (is_text(&name, "ecdsa-sha2-nistp384", 19))
		return check_ecdsa(rest, "nistp384", 48);
	if (is_text(&name, "ecdsa-sha2-nistp521", 19))
		return check_ecdsa(rest, "nistp521", 66);
	return "it must begin with ssh-rsa, ssh-ed25519 or ecdsa-sha2-nistp256 (-nistp384, -nistp521)";
}

/* The bytes that base 64 text stands for; OpenSSL counts its padding in. Returns false where it is none. */
static bool decode(const char *text, size_t length, uint8_t bytes[SSH_KEY_LINE_MAX], size_t *count)
{
	int got;

	if (!length || length % 4 || length >= SSH_KEY_LINE_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '+' && text[i] != '/' &&
		    (text[i] != '=' || i + 2 < length || (i + 2 == length && text[i + 1] != '=')))
			return false;
	got = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
	if (got < 0)
		return false;
	*count = (size_t)got - (text[length - 1] == '=') - (text[length - 2] == '=');
	return true;
}

static const char *check(const char *line)
{
	size_t type = strcspn(line, BLANKS), gap = strspn(line + type, BLANKS),
	       length = strcspn(line + type + gap, BLANKS), count;
	uint8_t bytes[SSH_KEY_LINE_MAX];
	struct bytes rest, name;
	const char *why;

	if (!strncmp(line, "ssh-dss", type) && type)
		return "DSA keys are not taken";
	if (!strncmp(line, "-----", 5) || !strncmp(line, "----", 4))
		return "it must be the public key as ssh-keygen writes it, one line";
	if (!decode(line + type + gap, length, bytes, &count))
		return "a key is its type, a blank, and the key in base 64";
	rest = (struct bytes){bytes, count};
	if (!take_string(&rest, &name) || !is_text(&name, line, type))
		return "the key is not of the type that it begins with";
	why = check_type(line, type, &rest);
	return why || !rest.length ? why : "the key is damaged";
}

int ssh_key_read(const char *text, char line[SSH_KEY_LINE_MAX], const char **why)
{
	size_t length;

	text += strspn(text, BLANKS);
	length = strlen(text);
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	if (length >= SSH_KEY_LINE_MAX) {
		*why = "it is too long for a key";
		return -EINVAL;
	}
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t') {
			*why = text[i] == '\n' ? "there must be one key, in one line"
			                       : "it has characters that no key has";
			return -EINVAL;
		}
	}
	memcpy(line, text, length);
	line[length] = 0;
	*why = check(line);
	return *why ? -EINVAL : 0;
}

int ssh_key_take(const char *typed, char line[SSH_KEY_LINE_MAX], const char **why)
{
	char text[2 * SSH_KEY_LINE_MAX];
	int error;

	if (strncmp(typed, "file://", 7) != 0)
		return ssh_key_read(typed, line, why);
	typed += 7;
	error = file_read_text(typed + (*typed == '/'), text, sizeof(text));
	if (!error)
		return ssh_key_read(text, line, why);
	*why = error == -ENOENT ? "there is no such file; copy it to the firewall with scp first"
	                        : "that file holds no key";
	return -EINVAL;
}

/* Up to the end of the second word. */
static size_t without_comment(const char *key)
{
	size_t type = strcspn(key, BLANKS), gap = strspn(key + type, BLANKS);

	return type + gap + strcspn(key + type + gap, BLANKS);
}

bool ssh_key_equal(const char *a, const char *b)
{
	size_t type = strcspn(a, BLANKS), length = without_comment(a), other = without_comment(b);
	const char *left = a + type + strspn(a + type, BLANKS), *right;

	if (!type || type != strcspn(b, BLANKS) || memcmp(a, b, type) != 0)
		return false;
	right = b + type + strspn(b + type, BLANKS);
	length -= (size_t)(left - a);
	other -= (size_t)(right - b);
	return length && length == other && !memcmp(left, right, length);
}
