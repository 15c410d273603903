//! The OpenAPI documents and the page to read and try them over HTTP.
