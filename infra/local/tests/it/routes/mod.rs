//! What holds for every route of the contract, whatever it does: it is served, it is described, it lets nobody in
//! without a credential, it shows nobody else's objects, it answers whatever is sent, and it says what it cost.

mod astray;
mod bodies;
pub mod books;
mod credentials;
mod log;
mod panics;
pub mod process;
mod reference;
mod requests;
mod sound;
mod sweep;
mod sweep_cost;
mod tenancy;
mod walk;

use contracts::crm::routes::Route;

/// Whether other contracts have the path too, so that credential or header choose among them.
fn is_shared(route: &Route) -> bool {
    ["/api/invoices", "/api/invoices/{id}"].contains(&route.path)
}
