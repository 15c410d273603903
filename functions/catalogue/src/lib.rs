//! Categories, catalogue items and price tiers over HTTP.
