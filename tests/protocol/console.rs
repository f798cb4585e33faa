//! The console signs in through the product itself.
