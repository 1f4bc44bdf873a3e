using System.Text.RegularExpressions;
using Kedge.Text;
using Kedge.Text.Cleaning;

namespace Kedge.Tests.Text;

/// <summary>What must hold for every text, tried on seeded random ones.</summary>
public partial class TokenizerPropertyTests
{
    private const int Texts = 500;

    private const string Ascii = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    private const string Common = "aaeeiioost''  ,.rvemlld19";

    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Default;

    public static TheoryData<string> Alphabets => [Ascii, Common, "abcxyz ", "äöüßçñ日本語かな😀👩\u200d𝒅 a1'"];

    [Theory]
    [MemberData(nameof(Alphabets))]
    public void Decoding_gives_the_cleaned_text_but_for_its_spaces(string alphabet) =>
        Check(alphabet, text =>
            Assert.Equal(WithoutSpaces(TextCleaning.Clean(text)), WithoutSpaces(Tokenizer.Decode(Tokenizer.Encode(text)))));

    [Theory]
    [MemberData(nameof(Alphabets))]
    public void A_decoded_text_encodes_to_the_same_ids(string alphabet) =>
        Check(alphabet, text =>
        {
            var ids = Tokenizer.Encode(text);
            Assert.Equal(ids, Tokenizer.Encode(Tokenizer.Decode(ids)));
        });

    [Fact]
    public void Words_of_letters_come_back_as_they_were() =>
        Check("abcdefghijklmnopqrstuvwxyz ", text => Assert.Equal(TextCleaning.Clean(text), Tokenizer.Decode(Tokenizer.Encode(text))));

    [Theory]
    [MemberData(nameof(Alphabets))]
    public void Pieces_equal_the_reference_expression(string alphabet) =>
        Check(alphabet.Replace("𝒅", "", StringComparison.Ordinal), text => // the expression sees halves of letters beyond U+FFFF
        {
            var cleaned = TextCleaning.Clean(text);
            Assert.Equal(ReferencePieces().Matches(cleaned).Select(match => match.Value), TextPieces.Split(cleaned));
        });

    [Theory]
    [MemberData(nameof(Alphabets))]
    public void A_text_is_the_sum_of_its_words(string alphabet) =>
        Check(alphabet, text => Assert.Equal(
            Tokenizer.TokensOf(text),
            TextCleaning.Clean(text).Split(' ').SelectMany(Tokenizer.TokensOf)));

    private static void Check(string alphabet, Action<string> check)
    {
        var random = new Random(7);
        var letters = alphabet.EnumerateRunes().ToArray();
        for (var i = 0; i < Texts; i++)
            check(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => letters[random.Next(letters.Length)])));
    }

    private static string WithoutSpaces(string text) => text.Replace(" ", "", StringComparison.Ordinal);

    [GeneratedRegex(@"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")]
    private static partial Regex ReferencePieces();
}
