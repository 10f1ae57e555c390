//! Keys of TLS, and of the certificates that phones present.

use super::key::{ConfigKey, absent, fixed};

pub fn tls() -> Vec<ConfigKey> {
    vec![
        absent(
            "tls_listen",
            "address",
            "with `tls_cert`, the address of `listen` and port 8443; else no TLS",
            "0.0.0.0:443",
            "Address and port that phones connect to with TLS, beside `listen`",
        ),
        absent(
            "tls_cert",
            "file",
            "none",
            "/etc/dialplate/tls/fullchain.pem",
            "Certificate of the server and its chain (PEM). The server loads certificate, key and authorities again when one of the files changes, and on SIGHUP",
        ),
        absent("tls_key", "file", "none", "/etc/dialplate/tls/privkey.pem", "Private key of `tls_cert` (PEM)"),
        fixed(
            "tls_old_phones",
            "flag",
            "false",
            "Whether phones without TLS 1.2, or without ECDHE and AES-GCM, shall connect. The server's TLS has nothing that weak, so `true` is refused with a hint to `nginx/old-phones.conf`",
        ),
    ]
}

pub fn client_certificates() -> Vec<ConfigKey> {
    vec![
        fixed(
            "client_certificates",
            "policy",
            "off",
            "Client certificates of phones: `off`; `accept`: one that names the requested address stands for credentials and password; `require`: a request without such a certificate is refused",
        ),
        absent(
            "client_certificate_roots",
            "file or folder",
            "none",
            "/etc/dialplate/phone-authorities",
            "Authorities of the makers: a file (PEM), or a folder of `*.pem`, `*.crt` and `*.cer`",
        ),
        absent(
            "client_verify_header",
            "header",
            "none; no header is read",
            "X-SSL-Client-Verify",
            "Header in which trusted proxies send the outcome of their verification, nginx's `$ssl_client_verify`",
        ),
        absent(
            "client_subject_header",
            "header",
            "none",
            "X-SSL-Client-S-DN",
            "Header in which trusted proxies send the subject of a phone's certificate, nginx's `$ssl_client_s_dn`",
        ),
        absent(
            "client_certificate_header",
            "header",
            "none",
            "X-SSL-Client-Cert",
            "Header in which trusted proxies send a phone's certificate, nginx's `$ssl_client_escaped_cert`. It takes precedence over the subject",
        ),
    ]
}
