namespace Kedge.Text.Cleaning;

/// <summary>
/// What Windows-1252 has in the places of Unicode's C1 control characters, which nobody writes on purpose; the five
/// that it leaves open stay.
/// </summary>
internal static class Windows1252
{
    private const string Characters = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"; // U+0080 and following

    /// <summary>The character of a C1 control; <see langword="null"/> for any other code point.</summary>
    internal static char? Of(int point) => point - 0x80 is >= 0 and < 32 and var place ? Characters[place] : null;
}
