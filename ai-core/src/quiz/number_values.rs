//! Numbers as they are written, and others beside them.

use crate::hash::fixed_hash;

/// A number in figures, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    /// In units of its last decimal.
    units: i64,
    /// Decimals.
    decimals: usize,
    /// What stands before them.
    point: char,
    /// What stands between thousands.
    thousands: Option<char>,
}

impl Figure {
    /// Reads digits with an optional decimal part and optional thousands; none for anything else: `1.2.3`, `1er`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let blank = text.chars().find(|letter| matches!(letter, ' ' | '\u{a0}' | '\u{202f}'));
        let compact: String = text.chars().filter(|letter| Some(*letter) != blank).collect();
        let marks: Vec<(usize, char)> = compact.char_indices().filter(|(_, letter)| !letter.is_ascii_digit()).collect();
        let thousands_mark =
            |(at, mark): (usize, char)| mark == ',' && compact.len() - at - 1 == 3 && (1..=3).contains(&at);
        let (whole, decimal, point, thousands) = match marks.as_slice() {
            [] => (compact.clone(), "", '.', blank),
            // « 1,234 » is a thousand in English only; with a point it is a decimal everywhere.
            [(at, mark @ ('.' | ','))] if !thousands_mark((*at, *mark)) => {
                (compact[..*at].to_owned(), &compact[at + 1..], *mark, blank)
            }
            [_] | [(_, ','), (_, ',')] | [(_, ','), (_, ','), (_, ',')]
                if blank.is_none() && marks.iter().all(|(_, mark)| *mark == ',') =>
            {
                (compact.replace(',', ""), "", '.', Some(','))
            }
            [(first, ','), (second, '.')] if blank.is_none() && first < second => {
                (compact[..*second].replace(',', ""), &compact[second + 1..], '.', Some(','))
            }
            _ => return None,
        };
        let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() + decimal.len() > 15
            || !is_digits(&whole)
            || !is_digits(decimal)
            || (point_ends(&compact))
        {
            return None;
        }
        let grouped = compact.split('.').next().unwrap_or_default();
        if thousands == Some(',') && grouped.split(',').skip(1).any(|group| group.len() != 3) {
            return None;
        }
        let units = format!("{whole}{decimal}").parse().ok()?;
        Some(Self { units, decimals: decimal.len(), point, thousands })
    }

    /// The number of these units, written like this one.
    fn write(&self, units: i64) -> String {
        let scale = 10_i64.pow(u32::try_from(self.decimals).unwrap_or(0));
        let mut whole = (units / scale).to_string();
        if let Some(mark) = self.thousands {
            let mut at = whole.len();
            while at > 3 {
                at -= 3;
                whole.insert(at, mark);
            }
        }
        if self.decimals == 0 {
            whole
        } else {
            format!("{whole}{}{:0width$}", self.point, units % scale, width = self.decimals)
        }
    }

    /// Whether both are the same number, however written.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let scaled = |figure: &Self, decimals: usize| {
            let factor = 10_i128.pow(u32::try_from(decimals - figure.decimals).unwrap_or(0));
            i128::from(figure.units) * factor
        };
        let decimals = self.decimals.max(other.decimals);
        scaled(self, decimals) == scaled(other, decimals)
    }

    /// Further spellings of the same number.
    pub(super) fn spellings(&self) -> Vec<String> {
        let mut spellings = Vec::new();
        if self.thousands.is_some() {
            spellings.push(Self { thousands: None, ..*self }.write(self.units));
        }
        if self.decimals > 0 {
            let point = if self.point == ',' { '.' } else { ',' };
            spellings.push(Self { thousands: None, point, ..*self }.write(self.units));
        }
        spellings
    }

    /// Numbers near this one, none above `most` units of one, in an order that hangs on `salt`.
    pub(super) fn near(&self, most: Option<i64>, salt: &str) -> Vec<String> {
        let scale = 10_i64.pow(u32::try_from(self.decimals).unwrap_or(0));
        let most = most.map_or(i64::MAX, |most| most.saturating_mul(scale));
        let step = (self.units / 10).max(1);
        // Round numbers stay round.
        let mut round = 1;
        while round <= step / 10 || (self.units % (round * 10) == 0 && round * 10 <= step.max(1) * 5 && self.units != 0)
        {
            round *= 10;
        }
        let step = (step / round).max(1) * round;
        let mut made: Vec<i64> =
            [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 8].iter().map(|factor| self.units + factor * step).collect();
        made.retain(|units| *units > 0 && *units <= most);
        made.sort_by_key(|units| fixed_hash([salt, &units.to_string()]));
        made.into_iter().map(|units| self.write(units)).collect()
    }
}

fn point_ends(text: &str) -> bool {
    text.ends_with(['.', ','])
}

/// Years near this one, none after the last that has been.
pub(super) fn years_near(year: i64, salt: &str) -> Vec<String> {
    let last = if year > 2020 { year } else { 2020 };
    let mut made: Vec<i64> =
        [-25, -12, -10, -7, -5, -3, -2, 2, 3, 5, 7, 10, 12, 25].iter().map(|offset| year + offset).collect();
    made.retain(|made| (1000..=last).contains(made));
    made.sort_by_key(|made| fixed_hash([salt, &made.to_string()]));
    made.into_iter().map(|year| year.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Option<String> {
        Figure::read(text).map(|figure| figure.write(figure.units))
    }

    #[test]
    fn numbers_are_written_as_they_were_read() {
        for text in ["7", "1 000 000", "1\u{202f}234", "3,5", "3.14", "1,234", "12,345,678", "1,234.50", "0,05", "0"] {
            assert_eq!(rewritten(text).as_deref(), Some(text));
        }
        for text in ["1.2.3", "1er", "", "3D", "1,2,3", "12.", "1234567890123456"] {
            assert_eq!(Figure::read(text), None, "{text}");
        }
        let read = |text| Figure::read(text).unwrap();
        assert!(
            read("1 000").equals(&read("1000")) && read("3,50").equals(&read("3.5")) && !read("3").equals(&read("30"))
        );
        assert_eq!(read("1 234,5").spellings(), ["1234,5", "1234.5"]);
    }

    #[test]
    fn what_is_near_is_another_number_and_as_round() {
        for text in ["1", "2", "9", "10", "48", "100", "2 500", "3,5", "0,05", "1,000,000"] {
            let figure = Figure::read(text).unwrap();
            let near = figure.near(None, "x");
            assert!(near.len() >= 3, "{text}: {near:?}");
            assert!(near.iter().all(|other| !Figure::read(other).unwrap().equals(&figure)), "{text}: {near:?}");
        }
        assert!(
            Figure::read("95").unwrap().near(Some(100), "x").iter().all(|other| other.parse::<u32>().unwrap() <= 100)
        );
        assert!(
            Figure::read("2 500")
                .unwrap()
                .near(None, "x")
                .iter()
                .all(|other| other.ends_with("00") || other.ends_with("50"))
        );
        assert!(years_near(1789, "x").len() > 10 && !years_near(2019, "x").contains(&"2022".to_owned()));
    }
}
