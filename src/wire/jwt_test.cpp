#include "wire/jwt.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace fw::wire {
namespace {

std::string pem(const std::string& name) {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/tests/data/jose/" + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// RFC 7515 A.2.1: what is signed, and the signature.
constexpr std::string_view kInput =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
    "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
    "xi12jzDwusC-e"
    "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

TEST(RsaKey, signs_as_rfc_7515_shows) {
  for (const char* file : {"rfc7515-a2.pem", "rfc7515-a2-pkcs1.pem"}) {
    const auto key = RsaKey::from_pem(pem(file));
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(base64url(key->sign_sha256(kInput)), kSignature);
  }
}

TEST(RsaKey, says_what_it_found_without_repeating_it) {
  const auto fault = [](const std::string& text) {
    const auto key = RsaKey::from_pem(text);
    return key ? "a key" : key.error();
  };
  EXPECT_NE(fault(pem("encrypted.pem")).find("encrypted"), std::string::npos);
  EXPECT_NE(fault(pem("ec.pem")).find("another kind, expected RSA"), std::string::npos);
  EXPECT_NE(fault(pem("rsa-1024.pem")).find("1024 bits"), std::string::npos);
  const std::string cut = pem("rfc7515-a2.pem").substr(0, 600);
  for (const std::string& text : {std::string(), std::string("not a key"), cut}) {
    EXPECT_NE(fault(text).find("no private key"), std::string::npos);
    EXPECT_EQ(fault(text).find("MII"), std::string::npos);
  }
}

TEST(Jwt, has_a_header_claims_and_a_signature_over_both) {
  const auto key = RsaKey::from_pem(pem("rfc7515-a2.pem"));
  ASSERT_TRUE(key);
  const std::string token = sign_jwt(*key, "k\"1", R"({"iss":"joe"})");
  const std::size_t dot = token.rfind('.');
  EXPECT_EQ(token.substr(0, dot),
            base64url(R"({"alg":"RS256","typ":"JWT","kid":"k\"1"})") + "." + base64url(R"({"iss":"joe"})"));
  EXPECT_EQ(token.substr(dot + 1), base64url(key->sign_sha256(token.substr(0, dot))));
  EXPECT_TRUE(sign_jwt(*key, "", "{}").starts_with(base64url(R"({"alg":"RS256","typ":"JWT"})") + ".e30."));
}

TEST(Jwt, base64url_has_its_own_letters_and_no_padding) {
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url("a"), "YQ");
}

}  // namespace
}  // namespace fw::wire
