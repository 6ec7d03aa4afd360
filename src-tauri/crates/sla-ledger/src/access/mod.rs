//! Who may act on a ledger: accounts, tokens and limits as versioned documents (`documents`), sign-ins and sessions
//! (`sign_ins`, `openid`), secrets of authenticator apps (`totp`), and what somebody may do (`standing`). The rules are the core's; here they are held against what the ledger
//! knows, in the transaction that writes.

mod documents;
mod openid;
mod sign_ins;
mod standing;
mod totp;

pub use documents::{AccessDocument, Versioned};
pub use openid::OpenIdRequest;
pub use sign_ins::{Attempt, SignIn, SignInWay};
pub use totp::KnownTotp;

pub(crate) use documents::AccessVersion;
pub(crate) use sign_ins::SignInRow;
pub(crate) use standing::Standing;
