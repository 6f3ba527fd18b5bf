//! Courses for somebody: by what learners took who took the same, by what the courses are about, by what most take.
//!
//! | file | what it does |
//! |---|---|
//! | `learnt` | what goes with what, from histories: EASE (a linear model in closed form) or shrunk cosine |
//! | `content` | which courses are about the same |
//! | `rank` | the courses for one history, each with its reason |

mod content;
mod learnt;
mod rank;
#[cfg(test)]
mod tests;

pub use learnt::Method;
pub use rank::{Reason, Recommendation};

use content::Neighbours;
use learnt::Learnt;

/// A course, as far as recommendations look at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CourseFacts {
    /// What names it.
    pub id: String,
    /// Title.
    pub title: String,
    /// Short description and description.
    pub description: String,
    /// What it is about: Excel, R, Python, Other.
    pub domain: String,
    /// Tools and packages.
    pub stack: Vec<String>,
    /// Keywords, and its shelf.
    pub keywords: Vec<String>,
    /// Whether it is in the catalogue.
    pub published: bool,
    /// Learners enrolled and not dropped.
    pub learners: u64,
    /// Average of its reviews, 0 to 5.
    pub rating: f64,
}

/// A course that somebody has taken, by its place in the list of courses, and how much that says of them: about 1, less
/// when they left it, more when they finished it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// The course's place.
    pub course: usize,
    /// How much it says.
    pub weight: f64,
}

/// What was learnt of courses and histories; it is made anew when they have changed.
#[derive(Debug)]
pub struct Model {
    courses: Vec<CourseFacts>,
    places: std::collections::HashMap<String, usize>,
    neighbours: Neighbours,
    learnt: Learnt,
}

impl Model {
    /// Learns from the courses and from what each learner took.
    #[must_use]
    pub fn new(courses: Vec<CourseFacts>, histories: &[Vec<Taken>]) -> Self {
        let places = courses.iter().enumerate().map(|(place, course)| (course.id.clone(), place)).collect();
        let neighbours = Neighbours::new(&courses);
        let learnt = Learnt::from(courses.len(), histories);
        Self { courses, places, neighbours, learnt }
    }

    /// The place of a course; none when it was not there.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// A course by its place.
    #[must_use]
    pub fn course(&self, place: usize) -> Option<&CourseFacts> {
        self.courses.get(place)
    }

    /// What goes with what was learnt in this way, the one that foresaw most of what was kept from it.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.learnt.method
    }
}
