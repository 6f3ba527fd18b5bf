//! French or English, and the words of each that carry nothing by themselves.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Token;

/// The languages that courses are held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

/// Function words of French, folded: determiners, pronouns, prepositions, conjunctions, auxiliaries, frequent adverbs.
const FRENCH: &str = "a ai aie aient ailleurs ainsi alors apres as assez au aucun aucune aujourd'hui auquel aura aurait \
    auront aussi autant autour autre autres aux auxquelles auxquels avaient avais avait avant avec avez avoir avons ayant \
    beaucoup bien bientot c ca car ce ceci cela celle celle-ci celles celles-ci celui celui-ci cependant certain certaine \
    certaines certains ces cet cette ceux ceux-ci chacun chacune chaque chez ci combien comme comment contre d dans de \
    deja depuis dernier derniere derriere des desormais desquelles desquels devant doit doivent donc dont du duquel durant \
    elle elle-meme elles en encore enfin ensuite entre environ es est est-ce et etaient etais etait etant etc ete etes etre \
    eu eurent eut eux fait fais faire faisait faite faites faits font furent fut hors ici il ils j jamais je jusqu jusque \
    l la laquelle le lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui m ma mais malgre me meme memes mes \
    mien mieux moi moins mon n ne ni non nos notre nous on ont ou outre par parce parfois parmi partout pas pendant peu \
    peut peut-etre peuvent plus plusieurs plutot pour pourquoi pourtant pouvait pouvez pouvoir pouvons premier premiere \
    pres presque presqu puis puisqu puisque qu quand quant que quel quelle quelles quelqu quelque quelques quels qui quoi \
    quoiqu quoique s sa sans sauf se selon sera serait seront ses seul seule si sien sinon sois soit sommes son sont sous \
    souvent suis sur surtout t ta tandis tant te tel telle telles tels tes toi ton tot toujours tous tout toute toutefois \
    toutes tres trop tu un une va vais vers veut veux voici voila voire vont vos votre vous vraiment y";

/// Function words of English, folded.
const ENGLISH: &str = "a about above across after again against ago all almost alone along already also although always \
    am among an and another any anybody anyone anything are aren't around as at away back be became because become becomes \
    been before behind being below besides between beyond both but by can can't cannot could couldn't did didn't do does \
    doesn't doing don't done down during each either else enough even ever every everybody everyone everything few fewer \
    for from further had hadn't has hasn't have haven't having he he's hence her here hers herself him himself his how \
    however i i'm i'd i've if in indeed instead into is isn't it it's its itself just kept later least less let let's like made \
    make makes many may maybe me might mine more most mostly much must my myself near nearly neither never nevertheless no \
    nobody none nor not nothing now of off often on once one ones only onto or other others ought our ours ourselves out \
    over own per perhaps quite rather really said same see seem seems several shall she she's should shouldn't since so some \
    somebody someone something sometimes soon still such than that that's the their theirs them themselves then there \
    there's therefore these they they're this those though through throughout thus to together too toward towards under \
    until unless up upon us used very via was wasn't we we're well were weren't what what's when where where's whether which \
    while who who's whom whose why will with within without won't would wouldn't yet you you're your yours yourself";

/// Words that are about anything, folded: no answers to ask for, and little to be found by.
const GENERIC: &str = "exemple exemples chose choses fois partie parties type types cas maniere facon nombre sorte genre point \
    points mot mots sens but lieu suite fin debut ensemble plupart moyen raison aide mise place jour jours an ans annee \
    annees mois heure heures temps moment long grand grande grands grandes petit petite petits petites nouveau nouvelle bon \
    bonne meilleur certain different differents differentes possible utiliser utilise utilisent utilisee permet permettent \
    permettre savoir sait connaitre peux donne donner met mettre trouve trouver existe appelle appele nomme dit dire voir vu \
    besoin question reponse comment faut simple simplement notamment general generalement \
    example examples thing things way ways case cases part parts number numbers time times kind kinds sort sorts lot lots \
    people year years day days month months hour hours moment end beginning use uses using user called known named able \
    different various good new great large small big long first second last next possible find found know get gets got give \
    given take taken work works working need needs want help show shows shown simple general generally mean means \
    question answer please tell explain explique expliquer";

/// What stands before a noun, folded, both languages; and what stands before one in the plural.
const DETERMINERS: &str = "le la les l un une des du au aux ce cet cette ces son sa ses leur leurs notre nos votre vos mon ma \
    mes chaque the a an this that these those its their his her our your my each every";
const PLURAL: &str = "les des aux ces ses leurs nos vos mes these those";

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

static FRENCH_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| set(FRENCH));
static ENGLISH_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| set(ENGLISH));
static GENERIC_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| set(GENERIC));
static DETERMINER_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| set(DETERMINERS));
static PLURAL_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| set(PLURAL));

impl Language {
    /// The language of a text with these words, told by its function words; none when neither prevails.
    pub(crate) fn detect<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> Option<Self> {
        let (mut french, mut english) = (0_usize, 0_usize);
        for token in tokens {
            let word = token.folded.as_str();
            match (FRENCH_SET.contains(word), ENGLISH_SET.contains(word)) {
                (true, false) => french += 1,
                (false, true) => english += 1,
                (true, true) | (false, false) => {}
            }
        }
        match french.cmp(&english) {
            std::cmp::Ordering::Greater => Some(Self::Fr),
            std::cmp::Ordering::Less => Some(Self::En),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// Whether a folded word only holds a sentence together.
pub(crate) fn is_function_word(folded: &str, language: Language) -> bool {
    match language {
        Language::Fr => FRENCH_SET.contains(folded),
        Language::En => ENGLISH_SET.contains(folded),
    }
}

/// Whether a folded word is about anything.
pub(crate) fn is_generic(folded: &str) -> bool {
    GENERIC_SET.contains(folded)
}

/// Whether a noun follows this folded word.
pub(crate) fn is_determiner(folded: &str) -> bool {
    DETERMINER_SET.contains(folded)
}

/// Whether a noun in the plural follows.
pub(crate) fn is_plural_determiner(folded: &str) -> bool {
    PLURAL_SET.contains(folded)
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    #[test]
    fn function_words_tell_the_language() {
        let of = |text: &str| Language::detect(&tokens(text));
        assert_eq!(of("Comment est-ce que j'ouvre le fichier ?"), Some(Language::Fr));
        assert_eq!(of("How do I open the file?"), Some(Language::En));
        assert_eq!(of("Excel 365"), None);
    }
}
