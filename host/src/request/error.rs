//! Why a request is rejected before the gate sees it.

/// Contains nothing of the input but the names of known parameters, because the input is untrusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("only GET, HEAD and POST are supported")]
    Method,
    #[error("path and query are longer than {max} bytes", max = super::TARGET_BYTES_MAX)]
    TargetTooLong,
    #[error("the body is longer than {max} bytes", max = super::BODY_BYTES_MAX)]
    BodyTooLong,
    #[error("the uploaded file is longer than {max} bytes; upload_bytes_max raises the limit")]
    UploadTooLong { max: usize },
    #[error("a part of a file cannot be uploaded, only a whole one")]
    PartialUpload,
    #[error("the headers are larger than {max} bytes", max = super::HEADER_BYTES_MAX)]
    HeadersTooLarge,
    #[error("the body did not arrive in time")]
    BodyTooSlow,
    #[error("the body ended early, or its chunks are malformed")]
    Body,
    #[error("there are more than {max} parameters", max = super::PARAMETERS_MAX)]
    TooManyParameters,
    #[error("the path has an invalid encoding, or leads out of the root")]
    Path,
    #[error("no provisioning URL has this path")]
    NotProvisioning,
    #[error("the request must have one Host header, with a valid host name")]
    Host,
    #[error("parameter {0} must be one value, not an array")]
    ArrayParameter(&'static str),
    #[error("the requested file name is invalid")]
    FileName,
}
