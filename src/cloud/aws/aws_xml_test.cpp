#include "cloud/aws/aws_xml.h"

#include <gtest/gtest.h>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

TEST(AwsXml, gives_the_texts_of_leaves_by_path) {
  const auto leaves = read_xml("<?xml version=\"1.0\"?>\n<!-- c --><A x='1' y=\"<\"/>");
  EXPECT_FALSE(leaves);
  const auto good = read_xml(
      "<?xml version=\"1.0\"?>\n<!-- c --><A x='1' y=\"2\">\n "
      "<B>one</B><C/><D><E>t&lt;&#65;&#xe9;&amp;</E></D>\n</A>\n");
  ASSERT_TRUE(good);
  EXPECT_EQ(xml_text(*good, "A/B"), "one");
  EXPECT_EQ(xml_text(*good, "A/C"), "");
  EXPECT_EQ(xml_text(*good, "A/D/E"), "t<A\xc3\xa9&");
  EXPECT_EQ(xml_text(*good, "A/D"), "");
  EXPECT_EQ(xml_text(*good, "B"), "");
}

TEST(AwsXml, an_element_that_comes_twice_says_nothing) {
  const auto leaves = read_xml("<A><B>1</B><B>2</B></A>");
  ASSERT_TRUE(leaves);
  EXPECT_EQ(xml_text(*leaves, "A/B"), "");
}

TEST(AwsXml, refuses_what_is_no_such_document) {
  for (const char* text : {"",
                           " ",
                           "text",
                           "<A>",
                           "<A></B>",
                           "<A/><B/>",
                           "</A>",
                           "<A>&nbsp;</A>",
                           "<A>&amp</A>",
                           "<A>&#0;</A>",
                           "<A>&#xd800;</A>",
                           "<A>&#x110000;</A>",
                           "<!DOCTYPE A [<!ENTITY e \"x\">]><A/>",
                           "<A><![CDATA[x]]></A>",
                           "<A b>",
                           "<A b=1/>",
                           "<A b=\"1/>",
                           "<A/>x",
                           "<A",
                           "<A /",
                           "<?xml ",
                           "<A><?p?></A>",
                           "< A/>",
                           "<A><!-- </A>",
                           "<A b='1'c='2'/>"})
    EXPECT_FALSE(read_xml(text)) << text;
}

TEST(AwsXml, depth_and_number_of_elements_have_limits) {
  const auto nested = [](int depth) {
    std::string open, close;
    for (int i = 0; i < depth; ++i) {
      open += "<a>";
      close += "</a>";
    }
    return open + close;
  };
  EXPECT_TRUE(read_xml(nested(16)));
  EXPECT_FALSE(read_xml(nested(17)));
  std::string many = "<a>";
  for (int i = 0; i < 255; ++i) many += "<b/>";
  EXPECT_TRUE(read_xml(many + "</a>"));
  EXPECT_FALSE(read_xml(many + "<b/></a>"));
}

TEST(AwsXml, a_document_cut_anywhere_is_refused) {
  const std::string whole = testing::sts_xml("AssumeRole");
  const std::string text = whole.substr(0, whole.size() - 1);  // without the line break at its end
  ASSERT_TRUE(read_xml(text));
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read_xml(text.substr(0, size))) << size;
}

}  // namespace
}  // namespace fw::cloud::aws
