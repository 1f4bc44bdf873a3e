namespace Kedge;

/// <summary>
/// An error that its reader can act on: the message says in one sentence what was being done, what was found, what was
/// expected and what to do. Programs may show the message as it is, without the stack trace.
/// </summary>
public class KedgeException : Exception
{
    /// <summary>Makes an error with no message; prefer the others.</summary>
    public KedgeException() { }

    /// <summary>Makes an error with a message for the user.</summary>
    /// <param name="message">What was being done, found, expected, and what to do.</param>
    public KedgeException(string message) : base(message) { }

    /// <summary>Makes an error with a message for the user and the error behind it.</summary>
    /// <param name="message">What was being done, found, expected, and what to do.</param>
    /// <param name="innerException">The error behind it, for those who want the details.</param>
    public KedgeException(string message, Exception? innerException) : base(message, innerException) { }
}
