# SPDX-License-Identifier: GPL-2.0-or-later
"""IPv6 for a lab whose configuration has none yet: commands for the CLI, to be activated and committed."""

# Addresses of both Critical interfaces, routes to their networks, and a rule for what clients begin.
IPV6 = """
add Address IPAddress if1_ip6_ip Address=2001:db8:1::1
add Address IPAddress if1_ip6_net Address=2001:db8:1::/64
add Address IPAddress if2_ip6_ip Address=2001:db8:2::1
add Address IPAddress if2_ip6_net Address=2001:db8:2::/64
set Interface EthernetInterface if1 IPAddress=if1_ip,if1_ip6_ip
set Interface EthernetInterface if2 IPAddress=if2_ip,if2_ip6_ip
cc RoutingTable main
add Route Interface=if1 Network=if1_ip6_net
add Route Interface=if2 Network=if2_ip6_net
cc
cc RuleSet IPRuleSet main
add IPRule Name=ip6_out Action=Allow SourceInterface=if1 SourceNetwork=if1_ip6_net DestinationInterface=if2 DestinationNetwork=all-nets Service=all_services
cc
"""
