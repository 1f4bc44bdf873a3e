using System.Text.RegularExpressions;
using Kedge.Cli.Output;

namespace Kedge.Fuzzing.Judging;

/// <summary>Finds what makes an error no sentence for users.</summary>
internal static partial class MessageFault
{
    /// <summary>What is wrong with an error; <see langword="null"/> where nothing is.</summary>
    public static string? Of(KedgeException error, int mostCharacters)
    {
        var shown = Failure.Describe(error);
        return shown.Length == 0 ? "it is empty"
            : error.Message.Length > mostCharacters ? $"it has {error.Message.Length} characters"
            : shown.Any(char.IsControl) ? $"it has the control character U+{(int)shown.First(char.IsControl):X4}"
            : TypeName().Match(shown) is { Success: true } name ? $"it names the type {name.Value}"
            : null;
    }

    // names of packages may stand in an error
    [GeneratedRegex(@"\b(System|TorchSharp|SkiaSharp|CsvHelper|Kedge)\.(?!Models\.Base|Imaging\.Magick)[A-Z]\w+(\.\w+)*")]
    private static partial Regex TypeName();
}
