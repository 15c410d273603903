//! Marks overdue invoices by schedule.
