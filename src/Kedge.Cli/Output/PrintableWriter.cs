using System.Text;
using Kedge.Text;

namespace Kedge.Cli.Output;

/// <summary>
/// A stream of the terminal. Whatever names hold, nothing that a terminal obeys reaches it: a line that is written is
/// one line, and the rest keeps line feeds and tabs alone.
/// </summary>
internal sealed class PrintableWriter : TextWriter
{
    /// <summary>Writes to another writer, which stays the caller's.</summary>
    public PrintableWriter(TextWriter plain) => (Plain, CoreNewLine) = (plain, plain.NewLine.ToCharArray());

    /// <summary>The stream as it is, for texts of the program alone.</summary>
    public TextWriter Plain { get; }

    public override Encoding Encoding => Plain.Encoding;

    public override void Write(char value) => Plain.Write(Printable.Escape(value.ToString(), keepLines: true));

    public override void Write(string? value) => Plain.Write(Printable.Escape(value ?? "", keepLines: true));

    public override void WriteLine() => Plain.WriteLine();

    public override void WriteLine(string? value) => Plain.WriteLine(Printable.Escape(value ?? ""));

    /// <summary>Writes over the line that the cursor is in.</summary>
    public void Rewrite(string line) => Plain.Write($"\r{Printable.Escape(line)}\e[K");

    public override void Flush() => Plain.Flush();
}
