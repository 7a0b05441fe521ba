/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/diagnostics/flow_options.h"

/* What a line leaves out at its end is none: no option, words that are nobody's, the default view. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Of `arp` and `ndp`, which differ in what -notify sends. */
#define NEIGHBOUR_OPTIONS(...)                                                                               \
	{"show", NULL, "Show the cache, as without an option.", false, WORDS_INTERFACE},                     \
	    {"flush", NULL, "Forget all entries that are not static.", true, WORDS_INTERFACE}, __VA_ARGS__,  \
	    {"query", NULL, "Ask who has an address; the cache shows the answer.", true, WORDS_INTERFACE},   \
	    {"ip", "ADDRESS",                                                                                \
	     "Only entries of an address, network or range; with -notify an address of the firewall, with "  \
	     "-query any.",                                                                                  \
	     false, WORDS_ADDRESS},                                                                          \
	    {"hw", "ADDRESS", "Only entries whose Ethernet address begins so."},                             \
	{                                                                                                    \
		"num", "N", "As many entries at most."                                                       \
	}

const struct command commands[] = {
    {"about", "version", false, command_about, "Show which version this is, and since when it runs.",
     "about"},
    {"activate", "a", true, command_activate, "Put the edited configuration into force.",
     "activate\n\nWithout commit within 30 seconds (BiDirTimeout of RemoteMgmtSettings) the old "
     "configuration\nreturns."},
    {"add", NULL, true, command_add, "Add an object.",
     "add [CATEGORY] TYPE [NAME] Property=Value ... [Index=N] [-disable]",
     OPTIONS({"disable", NULL, "Add it out of use."}, {"enable", NULL, "Add it in use, as it is without."}),
     WORDS_OBJECT},
    {"arp", NULL, false, command_arp, "Show or flush the ARP cache, announce an address, or ask for one.",
     "arp [-show] [INTERFACE] [-ip=ADDRESS] [-hw=ADDRESS] [-num=N]\narp -flush [INTERFACE]\n"
     "arp -notify INTERFACE -ip=ADDRESS\narp -query INTERFACE -ip=ADDRESS",
     OPTIONS(NEIGHBOUR_OPTIONS({"notify", NULL, "Send a gratuitous ARP.", true, WORDS_INTERFACE})),
     WORDS_INTERFACE},
    {"arpsnoop", NULL, false, command_arpsnoop, "Show ARP as it comes and goes.",
     "arpsnoop [-verbose] [INTERFACE ...]\narpsnoop -off\n\nWithout INTERFACE that of all.",
     OPTIONS({"verbose", NULL, "Also what becomes of the entries of the ARP cache."},
             {"off", NULL, "Show it no more."}),
     WORDS_INTERFACE},
    {"backup", NULL, true, command_backup, "Make, list, restore and delete backups of the configuration.",
     "backup -create [FILE] [-secrets] [-system]\nbackup -list\nbackup -restore FILE [-reboot] "
     "[-force]\nbackup -revert\nbackup "
     "-delete FILE\n"
     "backup -factoryreset [-system] [-force]\n\n"
     "Files are in the root folder, where SCP brings and fetches them; they are gone after a restart of the "
     "system.\n"
     "After -restore and -revert, 'activate' and 'commit' put the configuration into force.",
     OPTIONS({"create", NULL, "Write the configuration in force into FILE, or config-YYYYMMDD.bkp."},
             {"secrets", NULL, "With -create: passwords and keys that others must know are in it in clear."},
             {"list", NULL, "List the backups."},
             {"restore", NULL, "Take the configuration of FILE for the edited one, after looking it over."},
             {"reboot", NULL, "With -restore: the system starts again with it, whatever interfaces it has."},
             {"revert", NULL, "Take back the configuration that the last restore replaced."},
             {"delete", NULL, "Delete backups; FILE may have wildcards, '*' and '?'."},
             {"factoryreset", NULL, "Start again with the configuration that the system was delivered with."},
             {"system", NULL, "With -create and -factoryreset: also the software."},
             {"force", NULL, "With -factoryreset and -restore: without a question."})},
    {"blacklist", NULL, false, command_blacklist, "Show or change the blacklist, and show the whitelist.",
     "blacklist [-show=all|blacklist|whitelist]\n"
     "blacklist -add -srciface=IF -srcip=ADDRESS [-destip=ADDRESS] [-proto=NAME] [-port=N] [-timeout=N]\n"
     "blacklist -remove -srciface=IF -srcip=ADDRESS [-destip=ADDRESS] [-proto=NAME] [-port=N]\n"
     "blacklist -lookup [-srciface=IF] [-srcip=ADDRESS] [-destip=ADDRESS] [-proto=NAME] [-port=N]\n\n"
     "Nothing is forwarded that comes from an entry's source to its destination, nor what is sent back. The "
     "whitelist\nis edited as a part of the configuration.",
     OPTIONS(
         {"show", "LIST", "Show a list: all (as without an option), blacklist or whitelist."},
         {"add", NULL, "Add an entry; what is not given is any.", true},
         {"remove", NULL, "Remove the entries of a source, or those of them that match all options.", true},
         {"lookup", NULL, "Show the entries that match."},
         {"srciface", "IF", "Interface by which it comes in.", false, WORDS_INTERFACE},
         {"srcip", "ADDRESS", "One address, or the name of an IPAddress.", false, WORDS_ADDRESS},
         {"destip", "ADDRESS", "The same of the destination.", false, WORDS_ADDRESS},
         {"proto", "NAME", "tcp, udp, icmp, icmpv6, sctp, gre, esp, ah, all, or a number."},
         {"port", "N", "Of the destination, or a range such as 100-200; of ICMP the identifier."},
         {"timeout", "N", "Seconds that it stays; 0, or without it: until it is removed."})},
    {"cc", "cc..", false, command_cc, "Go into an object that holds others; without words back to the root.",
     "cc [[CATEGORY] TYPE NAME]\ncc..\n\n'cc..' goes up to what holds the object.", NULL, WORDS_OBJECT},
    {"cfglog", NULL, false, command_cfglog, "Show the configuration log.", "cfglog [-all]",
     OPTIONS({"all", NULL, "From the beginning, not from the last start or reconfigure on."})},
    {"cmdview", NULL, false, command_cmdview, "Show or change which commands there are.",
     "cmdview\ncmdview default|advanced|debug|all|service\n\n"
     "advanced, debug and service add commands to those of the default view, all adds the first two,\n"
     "default returns. Commands of the view service can do harm: only root opens it, on the node itself.",
     NULL, WORDS_VIEW},
    {"commit", NULL, true, command_commit, "Keep the activated configuration.", "commit"},
    {"confdump", NULL, false, command_confdump, "Print the configuration as it is stored.",
     "confdump [-candidate]\n\nWith the hashes of passwords, which no other command shows.",
     OPTIONS({"candidate", NULL, "The one that is edited, not the one in force."}), WORDS_NONE, VIEW_SERVICE},
    {"crashdump", NULL, false, command_crashdump, "Show the crashdumps, or delete some.",
     "crashdump -list\ncrashdump -delete=FILE\ncrashdump -delete=All\n\nSCP fetches them from the folder "
     "crashdumps.",
     OPTIONS({"list", NULL, "List them, as without an option."},
             {"delete", "FILE", "Delete one; All, or those that a name with '*' and '?' matches.", true})},
    {"delete", NULL, true, command_delete, "Delete an object.",
     "delete [CATEGORY] TYPE NAME\ndelete TYPE -Range=1,3-5",
     OPTIONS({"Range", "N-M,...", "Objects by their positions, in place of a name."}), WORDS_OBJECT},
    {"dhcpclient", NULL, false, command_dhcpclient,
     "Show what interfaces were assigned by DHCP servers, and what they say to them.",
     "dhcpclient [INTERFACE]\ndhcpclient -snoop=On|Off [INTERFACE]\n\nWithout INTERFACE that of all.",
     OPTIONS({"snoop", "On|Off", "Show what is sent to servers and comes from them, or no more."}),
     WORDS_INTERFACE},
    {"ecs", NULL, false, command_ecs, "Save the configuration on external storage, and load it from there.",
     "ecs\necs -save\necs -load\n\n"
     "ExternalStorageSettings says where it is. After -load, 'activate' and 'commit' put the configuration "
     "into force.",
     OPTIONS({"save", NULL, "Write the configuration in force there.", true},
             {"load", NULL, "Take what is there for the edited configuration.", true})},
    {"exit", "quit", false, command_exit, "Leave.", "exit"},
    {"files", NULL, false, command_files, "Show the files of the root folder, or delete some.",
     "files -list\nfiles -delete=FILE\n\nSCP brings and fetches them: backups, certificates, upgrades and "
     "the like.",
     OPTIONS({"list", NULL, "List them, as without an option."},
             {"delete", "FILE", "Delete one; All, or those that a name with '*' and '?' matches.", true})},
    {"flow", NULL, false, command_flow, "Show, count and close flows.",
     "flow [-show] [-verbose] [-num=N] [FILTERS]\nflow -count [FILTERS]\nflow -close -all\n"
     "flow -close FILTERS\n\n"
     "All filters must match; each takes several values with commas between. A flow that is translated is "
     "found "
     "by\nits addresses before and after. A closed flow of the active node is closed on both nodes.",
     OPTIONS({"show", NULL, "Show flows, as without an option."},
             {"verbose", NULL, "Also the answers' direction, packets and bytes."},
             {"num", "N", "As many flows at most, or all; 20 without it."},
             {"count", NULL, "Only tell how many flows match."},
             {"close", NULL, "Close the flows that match.", true},
             {"all", NULL, "With -close: every flow.", true}, FLOW_OPTIONS)},
    {"ha", NULL, false, command_ha, "Show or change the state of the cluster.",
     "ha\nha -status [-module]\nha -activate\nha -deactivate\nha -sendconf [-reboot]\nha -receiveconf "
     "[-reboot]",
     OPTIONS({"status", NULL, "Also over which interfaces the state goes to the peer."},
             {"module", NULL, "Also how much of each kind of state is synchronized."},
             {"activate", NULL, "Make this node the active one.", true},
             {"deactivate", NULL, "Make the peer the active one.", true},
             {"sendconf", NULL, "Make the peer take this node's configuration.", true},
             {"receiveconf", NULL, "Take the peer's configuration.", true},
             {"recvconf", NULL, "The same as -receiveconf.", true},
             {"reboot", NULL, "The receiving node starts again with it, whatever IDs its interfaces have.",
              true})},
    {"help", "?", false, command_help, "Show the commands, or how one is typed.", "help [COMMAND]", NULL,
     WORDS_COMMAND},
    {"helpconfig", NULL, false, command_helpconfig,
     "Show the properties of an object type, or the types of a category.",
     "helpconfig TYPE\nhelpconfig CATEGORY [TYPE]", NULL, WORDS_TYPE},
    {"ifstat", NULL, false, command_ifstat, "Show interfaces.",
     "ifstat [INTERFACE]\nifstat -type=all|ethernet|vlan|null",
     OPTIONS({"type", "KIND", "Only those: ethernet, vlan, null (which are not shown otherwise) or all."}),
     WORDS_INTERFACE},
    {"license", NULL, false, command_license, "Show what this build has; a license is not needed.",
     "license\nlicense activate FILE\nlicense remove"},
    {"memory", NULL, false, command_memory, "Show what memory is used for.", "memory"},
    {"ndp", NULL, false, command_ndp,
     "Show or flush the neighbor cache of IPv6, announce an address, or ask for one.",
     "ndp [-show] [INTERFACE] [-ip=ADDRESS] [-hw=ADDRESS] [-num=N]\nndp -flush [INTERFACE]\n"
     "ndp -notify INTERFACE -ip=ADDRESS\nndp -query INTERFACE -ip=ADDRESS",
     OPTIONS(NEIGHBOUR_OPTIONS(
         {"notify", NULL, "Send an advertisement that nobody has asked for.", true, WORDS_INTERFACE})),
     WORDS_INTERFACE},
    {"ndpsnoop", NULL, false, command_ndpsnoop,
     "Show router advertisements and solicitations as they come and go.",
     "ndpsnoop [INTERFACE]\nndpsnoop -off\n\nWithout INTERFACE those of all.",
     OPTIONS({"off", NULL, "Show them no more."}), WORDS_INTERFACE},
    {"netobjects", NULL, false, command_netobjects, "Show the addresses behind names.", "netobjects [NAME]",
     NULL, WORDS_ADDRESS},
    {"pcapdump", NULL, true, command_pcapdump, "Capture packets that interfaces receive and send.",
     "pcapdump -start [INTERFACE] [-count=N] [-snaplen=N] [-bufsize=N] [-nowrite] [-out [-nocap] "
     "[-hex|-k12]] "
     "[FILTERS]\npcapdump -stop [INTERFACE]\npcapdump -status\npcapdump -list\n"
     "pcapdump -show [INTERFACE] [-filename=NAME] [-num=N] [-hex|-k12]\n"
     "pcapdump -write [INTERFACE] [-filename=NAME]\npcapdump -remove [-filename=NAME]\n\n"
     "Without INTERFACE all are meant. All filters must match; each takes several values with commas "
     "between.\n"
     "Files are in the root folder, where SCP fetches them; they are gone after a restart of the system.\n"
     "They are pcap files; with -write those named *.pcapng are pcapng files, which also name the "
     "interface\nand tell received packets from sent ones.",
     OPTIONS({"start", NULL, "Start to capture.", false, WORDS_INTERFACE},
             {"stop", NULL, "Stop, and write what is in the buffer to a file.", false, WORDS_INTERFACE},
             {"status", NULL, "Show what is being captured, as without an option."},
             {"list", NULL, "List the files."},
             {"show", NULL, "Print the packets of a buffer or file.", false, WORDS_INTERFACE},
             {"write", NULL, "Write buffers to files; they keep what they hold.", false, WORDS_INTERFACE},
             {"remove", NULL, "Remove files; without -filename all, and empty the buffers."},
             {"filename", "NAME",
              "The file, *.cap or *.pcapng; with -remove it may have wildcards, '*' and '?'."},
             {"num", "N", "With -show: the first N packets."}, {"count", "N", "Stop after N packets."},
             {"snaplen", "N", "Keep the first N bytes of each packet."},
             {"bufsize", "N", "KB of the buffer, 128 to 16384; 128 without it."},
             {"out", NULL, "Print packets in this session as they come."},
             {"nowrite", NULL, "Write no file at the end: the buffer keeps what it holds."},
             {"nocap", NULL, "With -out: print only, without a buffer."},
             {"hex", NULL, "Print packets in hexadecimal."}, {"k12", NULL, "Print packets in K12 format."},
             {"proto", "PROTOCOL", "IP protocol: number, range or name, such as ICMP,2,7-9."},
             {"port", "PORT", "Source or destination port: number, range or name of a service."},
             {"portsrc", "PORT", "Source port."}, {"portdest", "PORT", "Destination port."},
             {"ip", "ADDRESS", "Source or destination: address, network, range or name of an IPAddress.",
              false, WORDS_ADDRESS},
             {"ipsrc", "ADDRESS", "Source address.", false, WORDS_ADDRESS},
             {"ipdest", "ADDRESS", "Destination address.", false, WORDS_ADDRESS},
             {"eth", "MAC", "Source or destination Ethernet address."},
             {"ethsrc", "MAC", "Source Ethernet address."},
             {"ethdest", "MAC", "Destination Ethernet address."}),
     WORDS_NONE, VIEW_DEBUG},
    {"ping", NULL, false, command_ping,
     "Send a packet to a host and show what comes back; simulate one that comes in.",
     "ping ADDRESS [-count=N] [-length=N] [-srcip=ADDRESS] [-routingtable=main] [-verbose|-v|-vv]\n"
     "ping -tcp|-udp ADDRESS [-port=N] [-request=\"TEXT\"] ...\n"
     "ping ADDRESS -srciface=INTERFACE -srcip=ADDRESS [-verbose|-v|-vv] ...\n\n"
     "What the firewall sends itself is asked no rules, and not translated. With -srciface the packet is\n"
     "handled as if it had come in by that interface: routes, rules and translation are those of all "
     "traffic,\n"
     "and it may be dropped; -verbose shows why, and no answer is shown. Ctrl-C ends a ping.",
     OPTIONS({"tcp", NULL, "Open a TCP connection, and send what -request says."},
             {"udp", NULL, "Send a UDP datagram."},
             {"port", "N", "Destination port: 80 of TCP and 7 of UDP without it."},
             {"request", "TEXT", "What to send; \\n, \\r, \\t and \\\" are known in quotes."},
             {"count", "N", "So many, one a second; 1 without it."},
             {"length", "N", "Bytes to send, 0 to 1400; 4 without it."},
             {"srcip", "ADDRESS", "Source address; without -srciface one of the firewall's.", false,
              WORDS_ADDRESS},
             {"srciface", "INTERFACE", "The interface that it comes in by.", true, WORDS_INTERFACE},
             {"routingtable", "TABLE", "Where the route is looked up: main."},
             {"verbose", NULL, "Also times, and what rules and routes are found."},
             {"v", NULL, "The same as -verbose."},
             {"vv", NULL, "Also the nodes of the datapath that packets go through."}),
     WORDS_ADDRESS},
    {"policy", NULL, false, command_policy, "Show what the policy in force is made of.", "policy", NULL,
     WORDS_NONE, VIEW_DEBUG},
    {"profile", NULL, false, command_profile, "Keep configurations under names, and bring them back.",
     "profile -list\nprofile -save NAME\nprofile -restore NAME\nprofile -compare NAME\nprofile -delete NAME\n"
     "profile -export NAME [FILE]\n"
     "profile -import NAME FILE [-force] [-ports=PORT:INTERFACE,...] [-factory-default] [-add]\n\n"
     "Profiles are on this node's disk; files are in the root folder, where SCP brings and fetches them.\n"
     "After -restore, 'activate' and 'commit' put the configuration into force.",
     OPTIONS(
         {"list", NULL, "List the profiles, as without an option."},
         {"save", NULL, "Keep the configuration in force.", true},
         {"restore", NULL, "Take a profile for the edited configuration.", true},
         {"compare", NULL, "Show what a profile would change of the configuration in force."},
         {"delete", NULL, "Delete a profile.", true},
         {"export", NULL, "Write a profile into a file, NAME.bkp without one.", true},
         {"import", NULL, "Make a profile of a backup, or of a profile of an mGuard device (*.atv).", true},
         {"force", NULL, "With -import of *.atv: leave out what cannot be taken."},
         {"ports", "PORT:INTERFACE,...",
          "With -import of *.atv: which interfaces its ports are, as WAN:if2."},
         {"factory-default", NULL, "With -import of *.atv: on what the system was delivered with."},
         {"add", NULL, "With -import of *.atv: add to what is there, in place of all of it."})},
    {"radiussnoop", NULL, true, command_radiussnoop,
     "Show what is exchanged with RADIUS servers, as it happens.",
     "radiussnoop\nradiussnoop -on [-verbose]\nradiussnoop -off\n\n"
     "What is shown comes between commands, until -off or the end of the session. Passwords and secrets are "
     "not shown.",
     OPTIONS({"on", NULL, "Show packets in this session from now on."},
             {"verbose", NULL, "With -on: also the attributes of packets."}, {"off", NULL, "Show no more."})},
    {"reject", NULL, true, command_reject,
     "Drop all edits, or those of one object, back to what is committed.",
     "reject\nreject [CATEGORY] TYPE NAME", NULL, WORDS_OBJECT},
    {"reset-to-default", NULL, true, command_reset_to_default,
     "Return an object, or some of its properties, to what they are by default.",
     "reset-to-default [CATEGORY] TYPE [NAME] [PROPERTY ...]\n\n"
     "A predefined object becomes what it was at first.",
     NULL, WORDS_OBJECT},
    {"routes", NULL, false, command_routes, "Show the active routing table.", "routes [-alltypes]",
     OPTIONS(
         {"alltypes", NULL,
          "Also the routes to the firewall's own addresses, and each route's Local IP where none was set."})},
    {"ruledb", NULL, false, command_ruledb,
     "Show the IP rules as they are in force, with all addresses resolved.",
     "ruledb [NAME or INDEX]\nruledb -usage [NAME or INDEX]\n\nRules that management access implies have the "
     "index 0.",
     OPTIONS({"usage", NULL,
              "How many flows each has decided about since it is in force, and what those carried."}),
     WORDS_NONE, VIEW_ADVANCED},
    {"rulesnoop", NULL, false, command_rulesnoop, "Show what IP rules decide, as it happens.",
     "rulesnoop\nrulesnoop all|INTERFACE [DESTINATION [SOURCE]] [-verbosity=basic|informative|extreme]\n"
     "rulesnoop none\n\n"
     "A line for each new flow that comes in by the interface, between commands; destination and source are\n"
     "networks, such as all-nets. 'rulesnoop none', Ctrl-C and the end of the session end it. Of more than "
     "50 a\n"
     "second only the number is told.",
     OPTIONS({"verbosity", "LEVEL",
              "basic: rule and verdict; informative: also way and translation; extreme: also routes."}),
     WORDS_INTERFACE, VIEW_ADVANCED},
    {"script", NULL, false, command_script, "List, show, run, make and remove scripts.",
     "script\nscript -show NAME\nscript -run NAME [VALUE ...] [-force] [-verbose]\n"
     "script -create [CATEGORY] TYPE [-filename=NAME]\nscript -remove NAME\n\n"
     "The values replace $1, $2 ...; $0 is the script's name, \\$ a dollar sign.",
     OPTIONS({"run", NULL, "Run a script.", .words = WORDS_SCRIPT},
             {"show", NULL, "Print a script.", .words = WORDS_SCRIPT},
             {"create", NULL, "Make the commands that make objects.", .words = WORDS_TYPE},
             {"remove", NULL, "Remove a script.", true, WORDS_SCRIPT}, {"force", NULL, "Go on after errors."},
             {"verbose", NULL, "Show what every command says."},
             {"filename", "NAME", "Where -create writes, in place of the console.", true, WORDS_SCRIPT})},
    {"sessions", NULL, false, command_sessions, "Show who is logged in to this node.", "sessions"},
    {"set", NULL, true, command_set, "Change an object.",
     "set [CATEGORY] TYPE [NAME] Property=Value ... [Index=N] [-enable] [-disable]\n"
     "set TYPE -Range=1,3-5 Property=Value ...\n\nProperty=<empty> returns a property to its default. "
     "Name=NEW renames, and references follow.",
     OPTIONS({"disable", NULL, "Take it out of use, and keep it."},
             {"enable", NULL, "Bring it back into use."},
             {"Range", "N-M,...", "Objects by their positions, in place of a name."}),
     WORDS_OBJECT},
    {"show", NULL, false, command_show, "Show objects.",
     "show [CATEGORY] [TYPE] [NAME] [-references]\nshow [CATEGORY] [TYPE] [NAME] -json [-all]\n"
     "show -errors [-json]\nshow -changes [-json]",
     OPTIONS({"errors", NULL, "Everything that is wrong with the edited configuration."},
             {"changes", NULL, "What was edited since the last commit."},
             {"references", NULL, "Who refers to the object."}, {"json", NULL, "Print JSON, for programs."},
             {"all", NULL, "With -json: also what is not set, with its default."}),
     WORDS_OBJECT},
    {"sshserver", NULL, false, command_sshserver, "Show whether the command line is served over SSH.",
     "sshserver\n\nNothing is printed where no RemoteMgmtSSH is enabled."},
    {"statistics", NULL, false, command_statistics, "Show values of the system, once or again and again.",
     "statistics\nstatistics PATH\nstatistics -add PATH\nstatistics -remove PATH\nstatistics -listall\n"
     "statistics -poll -interval=N\nstatistics -stop\n\n"
     "Without words the values on the list are shown, with a path those of the path. In a path '*' stands\n"
     "for anything: /interfaces/common/*/bytes_recv. Each session has a list of its own.",
     OPTIONS({"add", NULL, "Put values on the list, and show them."},
             {"remove", NULL, "Take values off the list."},
             {"listall", NULL, "Show all paths that there are."},
             {"poll", NULL, "Show the list again and again, until -stop or the end of the session."},
             {"interval", "N", "Seconds between two times."}, {"stop", NULL, "End -poll."})},
    {"techsupport", NULL, false, command_techsupport, "Collect what helps to find a fault into a file.",
     "techsupport\ntechsupport -show [-nopages]\n\n"
     "The file is techsupport.txt in the root folder, in place of an earlier one; SCP fetches it. Passwords "
     "and\n"
     "secrets are not in it, names and addresses are: look it over before it goes to somebody else.",
     OPTIONS({"show", NULL, "Print the file, a page at a time."},
             {"nopages", NULL, "With -show: all at once."})},
    {"time", "t", false, command_time, "Show or set the clock.",
     "time\ntime -set YYYY-mm-DD HH:MM:SS\ntime -sync [-force]\n\n"
     "-set takes local time, and is in force at once. -sync asks the TimeServer objects of DateTime.",
     OPTIONS({"set", NULL, "Set the clock.", true},
             {"sync", NULL, "Set the clock by the time servers, now.", true},
             {"force", NULL, "With -sync: however large the difference is.", true})},
    {"top", NULL, false, command_top, "Show how busy the processes of the system are.", "top"},
    {"trace", NULL, true, command_trace, "Show the way of packets through the datapath.",
     "trace\ntrace all|INTERFACE [-num=N] [FILTERS]\ntrace none\n\n"
     "Follows the next packets that come in by the interface (core: that the firewall sends) and match all\n"
     "filters: the nodes that they go through, rule, translation, why they are dropped, where they leave.\n"
     "'trace none', Ctrl-C and the end of the session end it.",
     OPTIONS({"num", "N", "So many packets; 10 without it."}, FLOW_PACKET_OPTIONS), WORDS_INTERFACE,
     VIEW_ADVANCED},
    {"undelete", NULL, true, command_undelete, "Bring a deleted object back as it was committed.",
     "undelete [CATEGORY] TYPE NAME", NULL, WORDS_DELETED_OBJECT},
    {"upgrade", NULL, true, command_upgrade, "Install another release of the software, and start it.",
     "upgrade FILE.upg [-force]\nupgrade -list\nupgrade -delete FILE\n\n"
     "The package is uploaded with SCP before. Its signature is checked; where the new release does not "
     "come\n"
     "up, the present one returns by itself. In a cluster upgrade the inactive node first.",
     OPTIONS({"force", NULL, "Do not ask; needed in scripts."},
             {"list", NULL, "Show the packages that were uploaded."},
             {"delete", NULL, "Delete packages; '*' stands for any text."})},
    {0},
};
