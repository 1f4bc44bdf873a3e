using System.Text;

namespace Kedge.Text;

/// <summary>
/// Unicode canonical composition (NFC) of lower-case Latin, Greek and Cyrillic letters with combining marks, as in
/// folder names from macOS, which are decomposed. <see cref="string.Normalize()"/> does nothing where .NET runs without
/// ICU, so that token ids would depend on the machine. Marks must be in canonical order, as file systems write them.
/// </summary>
internal static class Composition
{
    /// <summary>For each mark, pairs of a letter without it and with it.</summary>
    private static readonly Dictionary<char, string> PairsOfMark = new()
    {
        ['\u0300'] = "aà eè iì oò uù üǜ nǹ ēḕ ōṑ wẁ âầ ăằ êề ôồ ơờ ưừ yỳ еѐ иѝ", // grave accent
        ['\u0301'] = "aá eé ií oó uú yý cć lĺ nń rŕ sś zź üǘ gǵ åǻ æǽ øǿ çḉ ēḗ ïḯ kḱ mḿ õṍ ōṓ pṕ ũṹ wẃ âấ ăắ êế ôố ơớ ưứ ¨΅ ϊΐ αά εέ ηή " +
            "ιί ϋΰ οό υύ ωώ ϒϓ гѓ кќ", // acute accent
        ['\u0302'] = "aâ eê iî oô uû cĉ gĝ hĥ jĵ sŝ wŵ yŷ zẑ ạậ ẹệ ọộ", // circumflex accent
        ['\u0303'] = "aã nñ oõ iĩ uũ vṽ âẫ ăẵ eẽ êễ ôỗ ơỡ ưữ yỹ", // tilde
        ['\u0304'] = "aā eē iī oō uū üǖ äǟ ȧǡ æǣ ǫǭ öȫ õȭ ȯȱ yȳ gḡ ḷḹ ṛṝ иӣ уӯ", // macron
        ['\u0306'] = "aă eĕ gğ iĭ oŏ uŭ ȩḝ ạặ ий уў жӂ аӑ еӗ", // breve
        ['\u0307'] = "cċ eė gġ zż aȧ oȯ bḃ dḋ fḟ hḣ mṁ nṅ pṗ rṙ sṡ śṥ šṧ ṣṩ tṫ wẇ xẋ yẏ ſẛ", // dot above
        ['\u0308'] = "aä eë iï oö uü yÿ hḧ õṏ ūṻ wẅ xẍ tẗ ιϊ υϋ ϒϔ её ії аӓ әӛ жӝ зӟ иӥ оӧ өӫ эӭ уӱ чӵ ыӹ", // diaeresis
        ['\u0309'] = "aả âẩ ăẳ eẻ êể iỉ oỏ ôổ ơở uủ ưử yỷ", // hook above
        ['\u030a'] = "aå uů wẘ yẙ", // ring above
        ['\u030b'] = "oő uű уӳ", // double acute accent
        ['\u030c'] = "cč dď eě lľ nň rř sš tť zž aǎ iǐ oǒ uǔ üǚ gǧ kǩ ʒǯ jǰ hȟ", // caron
        ['\u030f'] = "aȁ eȅ iȉ oȍ rȑ uȕ ѵѷ", // double grave accent
        ['\u0311'] = "aȃ eȇ iȋ oȏ rȓ uȗ", // inverted breve
        ['\u031b'] = "oơ uư", // horn
        ['\u0323'] = "bḅ dḍ hḥ kḳ lḷ mṃ nṇ rṛ sṣ tṭ vṿ wẉ zẓ aạ eẹ iị oọ ơợ uụ ưự yỵ", // dot below
        ['\u0324'] = "uṳ", // diaeresis below
        ['\u0325'] = "aḁ", // ring below
        ['\u0326'] = "sș tț", // comma below
        ['\u0327'] = "cç gģ kķ lļ nņ rŗ sş tţ eȩ dḑ hḩ", // cedilla
        ['\u0328'] = "aą eę iį uų oǫ", // ogonek
        ['\u032d'] = "dḓ eḙ lḽ nṋ tṱ uṷ", // circumflex accent below
        ['\u032e'] = "hḫ", // breve below
        ['\u0330'] = "eḛ iḭ uṵ", // tilde below
        ['\u0331'] = "bḇ dḏ kḵ lḻ nṉ rṟ tṯ zẕ hẖ", // macron below
    };

    private static readonly Dictionary<(char Letter, char Mark), char> Composed =
        PairsOfMark.SelectMany(mark => mark.Value.Split(' ').Select(pair => (Key: (pair[0], mark.Key), With: pair[1])))
            .ToDictionary(pair => pair.Key, pair => pair.With);

    internal static string Compose(string text)
    {
        if (!text.Any(PairsOfMark.ContainsKey))
            return text;
        var composed = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (composed.Length > 0 && Composed.TryGetValue((composed[^1], c), out var one))
                composed[^1] = one;
            else
                composed.Append(c);
        }
        return composed.ToString();
    }
}
