//! Pages of lists.

use serde::Serialize;
use utoipa::ToSchema;
use validator::Validate;

/// The most items that a page may have.
pub const MAX_LIMIT: u32 = 100;

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Validate)]
pub struct Page {
    /// From 1.
    #[validate(range(min = 1))]
    pub page: u32,
    /// Items per page, 1 to [`MAX_LIMIT`].
    #[validate(range(min = 1, max = MAX_LIMIT))]
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { page: 1, limit: 10 }
    }
}

impl Page {
    /// How many items stand before this page.
    #[must_use]
    pub fn skip(self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(self.limit)
    }
}

/// The page as answered beside a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pagination {
    /// From 1.
    pub page: u32,
    /// Items per page.
    pub limit: u32,
    /// Items on all pages.
    pub total: u64,
    /// Pages that have items.
    pub pages: u64,
}

impl Pagination {
    /// The pagination of a list of `total` items.
    #[must_use]
    pub fn new(page: Page, total: u64) -> Self {
        let pages = total.div_ceil(u64::from(page.limit.max(1)));
        Self { page: page.page, limit: page.limit, total, pages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_up() {
        let page = Page { page: 3, limit: 10 };
        assert_eq!(page.skip(), 20);
        assert_eq!(Pagination::new(page, 21), Pagination { page: 3, limit: 10, total: 21, pages: 3 });
        assert_eq!(Pagination::new(page, 20).pages, 2);
        assert_eq!(Pagination::new(page, 0).pages, 0);
        assert_eq!(Page { page: u32::MAX, limit: 100 }.skip(), 429_496_729_400);
    }
}
