// The key of the fakes' service account. It is printed here and protects nothing: the file that a service account's
// owner downloads holds such a key, so whoever signs in to a fake must be given one.
#pragma once

#include <string_view>

namespace fw::fake {

inline constexpr std::string_view kServiceAccountKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQD9DQH3D4oVzcOX\n"
    "LiO2rTwPPoSP2CQgbp1Hb2HrGZZLHY2U1DJbbKs3ivHoqseTokYpVZOAnoGbUdp4\n"
    "eqwIO+ipqBW1WGkJvVC1ze3XEEhJ3Xo8euu5OJ7ePppxRjjbHvwiI5CVeoCKu3s/\n"
    "jfDTf305Hd1aMPNYEpaSdYRXS1qXPX4nTTtn+cl4BeI8GtFTDfYVefsTyIGYaZVh\n"
    "x982j9+bayGuE06kCKYyKAGKH4uNdCvSYi6G3tgRM0QWpA4CQNbUbzvzSfeFBj6/\n"
    "y7cmTFtz5pAylIpguw/GqF0rJxOxDPQF33NtyJx3uovf4uLRyCW+sOcfhWfjsu3K\n"
    "ce0IuxixAgMBAAECggEAEzIm6YJ8w52pzjCaVfO7QB7KeIz5ZJpvhOk+oNJ+k7Eo\n"
    "udcFAOlz7ZE1O6Sk4h6nut/6ggHELC+f5o7LuQ4uXpxZFTohMbNySXBXL/7UtQG/\n"
    "kZHzisfwSUSve5NLodeuYbqX77bsxFlnhpEyaSDdM3WAAqT++LnkQTT39pVJSHqj\n"
    "lyyjgl3vQVL+KIq0Lxx0EZDanq4WUvonZkN6ALXo/Rk81+eA6jEhdghVzbpbd+Z2\n"
    "IvLjyPrOt2fO8uxf+d6AC2MYpMLFYWlIdVPuStfLjJOOOPfw9PWxf98Z+3azSe0u\n"
    "T9ZhL+3Rksmd5HDHNzXUDkaKZKGtkdYtHWL+FfPJiQKBgQD+/p6LS4V6b3HjJa5f\n"
    "RLsRkuRLRYmIgEqRElxDz4iJOrpPlU9nUko4TXFVJn32QNWolVgWtlN6oZJQYfN9\n"
    "rkbzCMTmsRrHyxo/I2+ui4XsuP6/cEgzPqmKs1etZwLCWNazB7kAeHW4A/MpWf5f\n"
    "xRG689LSs4EcMWvJRQwM6UYsrQKBgQD+DG0nKfLSbn8rD69gHren+n3IwKQbJ2Pe\n"
    "uWZ+1vRM4G84j7+3V9FYYu9F8Iju9kSnklzh7vJQ8BqPuB+DAR/RuiZ7eV0wSIZU\n"
    "zRP87V3AdPjRlOXzCOf3dwb0lXq1+2wT/ItFp2NYLa+23c8buoA7du2YrJYDEGU3\n"
    "pc6+Ufp4lQKBgQDBH1AuSUVPZEZJ9Yjp6GERv0Gd7I1sT1WqJ9CvHufWnx7qFTgt\n"
    "FXrWx3hVODDgJ1xqMKmlkfMJhoMM1BKYljxv5q1R1sJknONE/G6iMFN+5OEzVjOo\n"
    "dAXt4UQ/NSw2yxfYQboQrCrj8kHgiKMKH3P9NpruLztSge+TYPLueGJIhQKBgQDi\n"
    "e72L3q/lvjCM+SzGKlxc2snsgSFMO++jDfI8PfIJ30QITs8B6r5tZ7YcyfWp488M\n"
    "/UTk/xrz4Tosyl79cbEmTigkh+v2MZHgY/vfztV30FBKt83Qvy3dxjVjMyf0uTJ/\n"
    "FvQqorHEWOZ/xnrvI3NSkBH9vE74aFN0KtOHhJohiQKBgQDrEuDgr34mqDZ9ixSo\n"
    "RPL2v5/mCrZe4sQwvcxTjv3j4nAKftlwKYeIAx6LsnI4rvwi12eANkFQSBxt01JF\n"
    "xtZTAjo066fH58NPfd2iQiCMLa/yEw3F6XpDM3mOHfS2uK/1habsW9TfNN7L/310\n"
    "bwmV8xaeJUWyKO8X3XCQ4vDoQw==\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace fw::fake
