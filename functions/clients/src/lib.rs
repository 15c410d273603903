//! Clients and contacts over HTTP.
