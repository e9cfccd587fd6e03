#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "cli/checks.h"

namespace fw::cli {
namespace {

constexpr int kDaysLeftMin = 21;

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
using File = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

std::optional<mode_t> mode_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return found.st_mode & 0777;
}

// Secrets are for their owner and at most a group.
void check_secret_file(const std::string& path, Findings& findings) {
  const auto mode = mode_of(path);
  if (!mode) return;  // that it cannot be read is a problem of the configuration and said there
  if ((*mode & S_IRWXO) == 0) findings.push_back({"secret file", Health::ok, path});
  else findings.push_back({"secret file", Health::warn, fmt::format("{} is open to every user ({:o})", path, *mode),
                           fmt::format("chmod o-rwx {}", path)});
}

Finding unreadable(const std::string& path, std::string_view what) {
  const bool there = mode_of(path).has_value();
  return {"certificate", Health::fail,
          there ? fmt::format("{} holds no {}, or may not be read", path, what) : fmt::format("{}: {}", path, std::strerror(ENOENT)),
          fmt::format("give the path of a PEM file with the {}", what)};
}

Finding check_certificate(const config::Tls& tls) {
  const File cert_file(BIO_new_file(tls.cert.c_str(), "r"));
  const Certificate cert(cert_file ? PEM_read_bio_X509(cert_file.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!cert) return unreadable(tls.cert, "certificate");
  const File key_file(BIO_new_file(tls.key.c_str(), "r"));
  const PrivateKey key(key_file ? PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) return unreadable(tls.key, "private key");
  if (X509_check_private_key(cert.get(), key.get()) != 1)
    return {"certificate", Health::fail, fmt::format("{} does not belong to {}", tls.key, tls.cert), "take the key the certificate was made for"};
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(cert.get()));
  if (days < 0 || seconds < 0) return {"certificate", Health::fail, fmt::format("{} has expired", tls.cert), "renew it"};
  if (X509_cmp_current_time(X509_get0_notBefore(cert.get())) > 0)
    return {"certificate", Health::fail, fmt::format("{} is not valid yet", tls.cert), "check the clock, or wait"};
  if (days < kDaysLeftMin) return {"certificate", Health::warn, fmt::format("{} ends in {} days", tls.cert, days), "renew it"};
  return {"certificate", Health::ok, fmt::format("{}, {} days left", tls.cert, days)};
}

}  // namespace

void check_files(const std::string& path, const ConfigFile& file, Findings& findings) {
  const auto mode = mode_of(path);
  if (mode && (*mode & S_IWOTH) != 0)
    findings.push_back({"config file", Health::fail, fmt::format("{} can be changed by every user ({:o})", path, *mode),
                        fmt::format("chmod o-w {}", path)});
  std::set<std::string> seen;
  for (const auto& secret : file.secret_files)
    if (seen.insert(secret).second) check_secret_file(secret, findings);
}

void check_certificates(const config::Config& config, Findings& findings) {
  std::vector<const config::Tls*> all;
  for (const auto& listen : config.listen)
    if (listen.tls) all.push_back(&*listen.tls);
  if (config.admin && config.admin->tls) all.push_back(&*config.admin->tls);
  for (const auto* tls : all) {
    findings.push_back(check_certificate(*tls));
    check_secret_file(tls->key, findings);
  }
}

}  // namespace fw::cli
