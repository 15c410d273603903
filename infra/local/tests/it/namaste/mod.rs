//! namaste from outside: its document's examples, its errors, its pages, and what it shares with the other contracts.

mod auth;
mod billing;
mod expenses;
mod lists;
mod other_contracts;
mod parties;
mod products;
mod shop;
