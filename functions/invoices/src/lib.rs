//! Invoices, line items and payments over HTTP.
