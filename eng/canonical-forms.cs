#:property PublishAot=false

// Makes src/Kedge/Text/Cleaning/canonical-forms.txt of Unicode's character database: what characters decompose to canonically, and
// the combining classes of marks. It is the same to the byte each time.
// Run: dotnet run eng/canonical-forms.cs -- FOLDER FOLDER holds UnicodeData.txt and CompositionExclusions.txt (Debian's package
// unicode-data has them)
using System.Globalization;
using System.Runtime.CompilerServices;

var folder = args is [var only] ? only : throw new ArgumentException("Give the folder of UnicodeData.txt.");
var excluded = File.ReadLines(Path.Combine(folder, "CompositionExclusions.txt"))
    .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).ToHashSet();
List<string> decompositions = [], classes = [];
foreach (var line in File.ReadLines(Path.Combine(folder, "UnicodeData.txt")))
{
    var fields = line.Split(';'); // code point, name, category, combining class, bidirectional class, decomposition, …
    if (fields[5].Length > 0 && fields[5][0] != '<') // canonical, not compatible
        decompositions.Add($"{(excluded.Contains(fields[0]) ? "excluded" : "composed")} {fields[0]} {fields[5]}");
    if (fields[3] != "0")
        classes.Add($"class {fields[0]} {int.Parse(fields[3], CultureInfo.InvariantCulture):X}");
}
File.WriteAllLines(Path.Combine(Root(), "src/Kedge/Text/Cleaning/canonical-forms.txt"), decompositions.Concat(classes));

static string Root([CallerFilePath] string path = "") => Path.GetDirectoryName(Path.GetDirectoryName(path))!;
