//! Sign-up, tokens and the current user over HTTP.
