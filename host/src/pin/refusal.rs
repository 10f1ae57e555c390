//! Why a call with a PIN binds no phone.

/// Why a phone was not bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinRefusal {
    #[error("wrong secret; the dial plan must send the first line of pin_secret_file")]
    Secret,
    #[error("too many failed tries; retry in {retry_after_s} s")]
    TooMany { retry_after_s: u32 },
    #[error("the parameter mac is not the address of a phone")]
    Address,
    #[error("no prepared device has this PIN")]
    Wrong,
    #[error("the PIN has expired; `dialplate pin add` gives a new one")]
    Expired,
    #[error("the phone's address, or the prepared device, is bound already")]
    Bound,
}
