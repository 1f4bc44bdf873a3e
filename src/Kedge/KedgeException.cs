using System.Text;

namespace Kedge;

/// <summary>
/// An error that its reader can act on: the message says in one sentence what was being done, what was found, what was
/// expected and what to do. Programs may show the message as it is, without the stack trace: whatever a file put into
/// it, it is one line without control characters, of 2,000 characters at most.
/// </summary>
public class KedgeException : Exception
{
    private const int MaxLength = 2_000;

    /// <summary>Makes an error with no message; prefer the others.</summary>
    public KedgeException() { }

    /// <summary>Makes an error with a message for the user.</summary>
    /// <param name="message">What was being done, found, expected, and what to do.</param>
    public KedgeException(string message) : base(OneLine(message)) { }

    /// <summary>Makes an error with a message for the user and the error behind it.</summary>
    /// <param name="message">What was being done, found, expected, and what to do.</param>
    /// <param name="innerException">The error behind it, for those who want the details.</param>
    public KedgeException(string message, Exception? innerException) : base(OneLine(message), innerException) { }

    private static string OneLine(string message) => Shorten(Print(Shorten(message)));

    private static string Shorten(string message)
    {
        const int part = (MaxLength - 3) / 2;
        return message.Length <= MaxLength ? message : $"{message.AsSpan(0, part)} … {message.AsSpan(message.Length - part)}";
    }

    private static string Print(string message)
    {
        if (!message.Any(char.IsControl))
            return message;
        var shown = new StringBuilder(message.Length);
        foreach (var c in message.ReplaceLineEndings(" "))
            shown.Append(char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString());
        return shown.ToString();
    }
}
