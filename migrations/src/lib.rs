//! Schema migrations of Tidegate.
