#include "wire/cidr.h"

#include <gtest/gtest.h>

namespace fw::wire {
namespace {

TEST(Cidr, reads_addresses_of_both_versions) {
  EXPECT_EQ(parse_ip("192.0.2.1"), parse_ip("::ffff:192.0.2.1")) << "one peer, through either kind of listener";
  EXPECT_EQ(parse_ip("2001:db8::1"), parse_ip("2001:0db8:0:0:0:0:0:1"));
  EXPECT_EQ(parse_ip("::"), parse_ip("0:0:0:0:0:0:0:0"));
  EXPECT_EQ(parse_ip("1::"), parse_ip("1:0:0:0:0:0:0:0"));
  EXPECT_NE(parse_ip("::1"), parse_ip("::2"));
}

TEST(Cidr, refuses_what_is_no_address) {
  for (const auto* text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", ".1.2.3", "a.b.c.d", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::", "12345::", "g::", "[::1]", "fe80::1%eth0", "1:2:3:4:5:6:7:", "1.2.3.4::", " 1.2.3.4", "-1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4"})
    EXPECT_FALSE(parse_ip(text)) << text;
}

TEST(Cidr, a_block_holds_what_its_length_says) {
  const auto ten = *parse_cidr("10.0.0.0/8");
  EXPECT_TRUE(ten.contains(*parse_ip("10.255.255.255")));
  EXPECT_FALSE(ten.contains(*parse_ip("11.0.0.0")));
  EXPECT_FALSE(ten.contains(*parse_ip("::a00:1"))) << "an IPv6 address that looks alike";
  EXPECT_TRUE(parse_cidr("0.0.0.0/0")->contains(*parse_ip("203.0.113.9")));
  EXPECT_FALSE(parse_cidr("0.0.0.0/0")->contains(*parse_ip("2001:db8::1")));
  EXPECT_TRUE(parse_cidr("::/0")->contains(*parse_ip("203.0.113.9")));
  EXPECT_TRUE(parse_cidr("192.0.2.7")->contains(*parse_ip("192.0.2.7")));
  EXPECT_FALSE(parse_cidr("192.0.2.7")->contains(*parse_ip("192.0.2.6")));
  EXPECT_TRUE(parse_cidr("2001:db8::/33")->contains(*parse_ip("2001:db8:7fff::")));
  EXPECT_FALSE(parse_cidr("2001:db8::/33")->contains(*parse_ip("2001:db8:8000::")));
}

TEST(Cidr, is_written_so_that_it_can_be_read_again) {
  for (const auto* text : {"10.0.0.0/8", "192.0.2.7", "0.0.0.0/0", "::/0", "2001:db8::/33", "::1", "::fffe:0:0/95"}) {
    const auto block = *parse_cidr(text);
    EXPECT_EQ(parse_cidr(to_text(block)), block) << text << " as " << to_text(block);
  }
  EXPECT_EQ(to_text(*parse_cidr("10.0.0.0/8")), "10.0.0.0/8");
  EXPECT_EQ(to_text(*parse_cidr("192.0.2.7")), "192.0.2.7");
}

TEST(Cidr, refuses_blocks_that_could_mean_two_things) {
  for (const auto* text : {"10.1.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "/8", "::1/127", "::/129", "10.0.0.0/8/8"}) EXPECT_FALSE(parse_cidr(text)) << text;
}

}  // namespace
}  // namespace fw::wire
