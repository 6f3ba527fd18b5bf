//! What can be asked of the catalogue, and the query that answers it.

use std::str::FromStr;

use bson::{Bson, Document, doc};
use domain::values::{Category, Price, TagList, ValueError};
use events::{Domain, Language, UserId};
use read_models::CourseStatus;
use read_models::search::Search;
use service_kit::http::{ApiError, Page, QueryParams};

/// The longest search, in characters.
const MAX_SEARCH: usize = 200;
/// The highest rating there is.
const MAX_RATING: f64 = 5.0;

/// A page of the catalogue that somebody asked for.
#[derive(Debug)]
pub(crate) struct Catalogue {
    page: Page,
    filter: Document,
    order: Order,
}

#[derive(Clone, Debug, PartialEq)]
enum Order {
    /// Last published first.
    Newest,
    /// Most learners first.
    Popular,
    /// Best rating first.
    Rating,
    /// Best match of a search first.
    Match(Search),
}

impl Catalogue {
    /// Reads the parameters.
    ///
    /// # Errors
    /// 400 `validation_failed` with every parameter that is not valid.
    pub(crate) fn parse(mut params: QueryParams) -> Result<Self, ApiError> {
        let page = params.page();
        let order = params.optional("sort_by", order);
        let search = params.optional("search", search);
        let domain = params.optional("domain", |text| Domain::from_word(text).ok_or("invalid"));
        let language = params.optional("language", |text| Language::from_word(text).ok_or("invalid"));
        let category = params.optional("category", |text| Category::parse(text).map_err(code));
        let stack = params.optional("stack", |text| TagList::parse(text.split(',')).map_err(code));
        let instructor = params.optional("instructor_id", |text| UserId::from_str(text).map_err(|_| "invalid"));
        let min_price = params.optional("min_price", |text| Price::parse(text).map_err(code));
        let max_price = params.optional("max_price", |text| Price::parse(text).map_err(code));
        let min_rating = params.optional("min_rating", rating);
        params.finish()?;

        let mut filter = doc! { "status": CourseStatus::Published.as_str() };
        let mut must = |field: &str, condition: Option<Bson>| {
            if let Some(condition) = condition {
                filter.insert(field, condition);
            }
        };
        must("domain", domain.map(|domain| domain.as_str().into()));
        must("language", language.map(|language| language.as_str().into()));
        must("category", category.map(|category| category.into_string().into()));
        must("stack", stack.map(|stack| doc! { "$all": stack.into_vec() }.into()));
        must("instructor_id", instructor.map(|id| id.to_string().into()));
        must("average_rating", min_rating.map(|rating| doc! { "$gte": rating }.into()));
        must("price.minor", between(min_price, max_price));
        let best = match search {
            Some(Some(search)) => {
                filter.extend(search.filter());
                Some(Order::Match(search))
            }
            // Something was searched for that holds no word: no course has it.
            Some(None) => {
                filter.insert("search.words", doc! { "$in": [] });
                None
            }
            None => None,
        };
        Ok(Self { page, filter, order: order.or(best).unwrap_or(Order::Newest) })
    }

    /// The page asked for.
    pub(crate) const fn page(&self) -> Page {
        self.page
    }

    /// The courses that match.
    pub(crate) fn filter(&self) -> Document {
        self.filter.clone()
    }

    /// The stages that give the page. The three fixed orders follow an index; a match is computed, and the best of the
    /// page are kept while it is.
    pub(crate) fn pipeline(&self) -> Vec<Document> {
        let mut stages = vec![doc! { "$match": self.filter() }];
        let sort = match &self.order {
            Order::Newest => doc! { "published_at": -1, "_id": -1 },
            Order::Popular => doc! { "enrollments_count": -1, "_id": -1 },
            Order::Rating => doc! { "average_rating": -1, "_id": -1 },
            Order::Match(search) => {
                stages.push(doc! { "$set": { "score": search.score() } });
                doc! { "score": -1, "_id": -1 }
            }
        };
        // Below 2^39: a page and a limit of 32 bits, the latter at most 100.
        let skip = i64::try_from(self.page.skip()).unwrap_or(i64::MAX);
        stages.extend([doc! { "$sort": sort }, doc! { "$skip": skip }, doc! { "$limit": i64::from(self.page.limit) }]);
        stages
    }
}

fn code(error: ValueError) -> &'static str {
    error.code()
}

fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "newest" => Ok(Order::Newest),
        "popular" => Ok(Order::Popular),
        "rating" => Ok(Order::Rating),
        _ => Err("invalid"),
    }
}

/// The words that are searched for; none when there is no word in it.
fn search(text: &str) -> Result<Option<Search>, &'static str> {
    if text.chars().any(char::is_control) {
        return Err("control_character");
    }
    if text.chars().nth(MAX_SEARCH).is_some() {
        return Err("too_long");
    }
    Ok(Search::new(text))
}

fn rating(text: &str) -> Result<f64, &'static str> {
    let rating: f64 = text.parse().map_err(|_| "invalid")?;
    if (0.0..=MAX_RATING).contains(&rating) { Ok(rating) } else { Err("out_of_range") }
}

fn between(least: Option<Price>, most: Option<Price>) -> Option<Bson> {
    let mut range = Document::new();
    let bounds = [("$gte", least), ("$lte", most)];
    range.extend(bounds.into_iter().filter_map(|(name, price)| Some((name.to_owned(), price?.money().minor.into()))));
    (!range.is_empty()).then_some(range.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Catalogue {
        Catalogue::parse(QueryParams::parse(query)).unwrap()
    }

    fn refused(query: &str) -> Vec<(String, &'static str)> {
        let error = Catalogue::parse(QueryParams::parse(query)).unwrap_err();
        assert_eq!(error.code(), "validation_failed");
        error.details().iter().map(|detail| (detail.field.clone(), detail.code)).collect()
    }

    fn sort(query: &str) -> Document {
        let stages = parse(query).pipeline();
        stages.iter().find_map(|stage| stage.get_document("$sort").ok().cloned()).unwrap()
    }

    #[test]
    fn nothing_asked_for_is_the_newest_published() {
        let catalogue = parse("");
        assert_eq!(catalogue.filter(), doc! { "status": "published" });
        assert_eq!(
            catalogue.pipeline(),
            [
                doc! { "$match": { "status": "published" } },
                doc! { "$sort": { "published_at": -1, "_id": -1 } },
                doc! { "$skip": 0_i64 },
                doc! { "$limit": 10_i64 },
            ]
        );
    }

    #[test]
    fn every_filter_is_one_of_the_query() {
        let filter = parse(
            "domain=R&language=en&category=Data&stack=dplyr,%20ggplot2&instructor_id=0190A5B0-0000-7000-8000-000000000001\
             &min_price=9.9&max_price=49.99&min_rating=4.5&search=%C3%89t%C3%A9",
        )
        .filter();
        let expected = doc! {
            "status": "published", "domain": "R", "language": "en", "category": "Data",
            "stack": { "$all": ["dplyr", "ggplot2"] }, "instructor_id": "0190a5b0-0000-7000-8000-000000000001",
            "average_rating": { "$gte": 4.5 }, "price.minor": { "$gte": 990_i64, "$lte": 4_999_i64 },
            "search.words": { "$all": ["ete"] },
        };
        assert_eq!(filter, expected);
    }

    #[test]
    fn a_search_is_sorted_by_match_unless_an_order_is_given() {
        assert_eq!(sort("search=excel"), doc! { "score": -1, "_id": -1 });
        assert_eq!(sort("search=excel&sort_by=newest"), doc! { "published_at": -1, "_id": -1 });
        assert_eq!(sort("sort_by=popular"), doc! { "enrollments_count": -1, "_id": -1 });
        assert_eq!(sort("sort_by=rating"), doc! { "average_rating": -1, "_id": -1 });
    }

    #[test]
    fn a_search_without_a_word_finds_nothing() {
        for query in ["search=.*", "search=%24%7B%7D", "search=%2B"] {
            assert_eq!(parse(query).filter().get_document("search.words").unwrap(), &doc! { "$in": [] }, "{query}");
        }
        assert!(!parse("search=+").filter().contains_key("search.words"), "blank is missing");
    }

    #[test]
    fn operators_are_words_like_others() {
        let filter = parse("search=%7B%22%24ne%22%3A1%7D&category=%7B%22%24ne%22%3A1%7D").filter();
        assert_eq!(filter.get_document("search.words").unwrap(), &doc! { "$all": ["1", "ne"] });
        assert_eq!(filter.get_str("category").unwrap(), r#"{"$ne":1}"#);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let search = "x".repeat(201);
        let query = format!(
            "page=0&limit=101&sort_by=price&domain=excel&language=de&instructor_id=me&min_price=1.999&max_price=-1\
             &min_rating=nan&search={search}&category=%00x&stack=a,,b"
        );
        let mut found = refused(&query);
        found.sort();
        let expected = [
            ("category", "control_character"),
            ("domain", "invalid"),
            ("instructor_id", "invalid"),
            ("language", "invalid"),
            ("limit", "out_of_range"),
            ("max_price", "out_of_range"),
            ("min_price", "too_many_decimals"),
            ("min_rating", "out_of_range"),
            ("page", "out_of_range"),
            ("search", "too_long"),
            ("sort_by", "invalid"),
            ("stack", "required"),
        ];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(refused("search=a%00b"), [("search".to_owned(), "control_character")]);
        assert_eq!(refused("min_rating=5.1"), [("min_rating".to_owned(), "out_of_range")]);
        assert_eq!(refused("min_rating=five"), [("min_rating".to_owned(), "invalid")]);
    }

    #[test]
    fn every_code_has_a_text() {
        let messages = service_kit::http::Messages::base().with(crate::MESSAGES);
        for code in [
            "user_suspended",
            "validation_failed",
            "read_model_behind",
            "unavailable",
            "not_found",
            "unauthorized",
            "invalid",
            "required",
            "out_of_range",
            "too_long",
            "control_character",
            "too_many_items",
            "too_many_decimals",
        ] {
            assert!(messages.contains(code), "{code}");
        }
    }

    #[test]
    fn the_last_page_there_can_be_has_a_skip() {
        let stages = parse("page=4294967295&limit=100").pipeline();
        assert_eq!(stages[2], doc! { "$skip": 429_496_729_400_i64 });
    }
}
