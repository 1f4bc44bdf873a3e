using System.Text.Json;

namespace Kedge.Fuzzing.Running;

/// <summary>Tallies, one a line: what is in it need not run again.</summary>
internal sealed class TallyFile(string path)
{
    public IReadOnlyList<Tally> Read() => File.Exists(path)
        ? [.. File.ReadLines(path).Where(line => line.EndsWith('}')).Select(line => JsonSerializer.Deserialize<Tally>(line)!)]
        : [];

    public void Append(Tally tally) => File.AppendAllText(path, JsonSerializer.Serialize(tally) + "\n");
}
