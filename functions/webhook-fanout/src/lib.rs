//! Turns committed changes into webhook deliveries.
