//! Attribute definitions over HTTP.
