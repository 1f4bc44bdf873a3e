namespace Kedge.Data.Scenes;

/// <summary>Generates the captions of a scene from templates.</summary>
internal static class SceneCaptions
{
    public static IReadOnlyList<string> Create(IReadOnlyList<SceneObject> objects, string background, string? relation)
    {
        if (objects is [var only])
        {
            return
            [
                only.Name, Named(only), $"a photo of a {only.Name}.", $"a photo of {Named(only)}.",
                $"a picture of {Named(only)}.", $"{Named(only)} {background}",
                $"{Described(only)}", $"a photo of {Described(only)} {background}.",
            ];
        }
        var plain = relation is null ? List(objects.Select(Named)) : $"{Named(objects[0])} {relation} {Named(objects[1])}";
        var full = relation is null ? List(objects.Select(Described)) : $"{Described(objects[0])} {relation} {Described(objects[1])}";
        return [plain, $"a photo of {List(objects.Select(Named))}.", $"{plain} {background}", full];
    }

    private static string Named(SceneObject item) => WithArticle(item.Name);

    private static string Described(SceneObject item)
    {
        var size = item.Size == SceneSize.Medium ? "" : $"{item.Size.ToString().ToLowerInvariant()} ";
        var texture = item.Texture == "plain" ? "" : $"{item.Texture} ";
        return WithArticle($"{size}{texture}{item.Name}");
    }

    private static string WithArticle(string words) => $"{("aeiou".Contains(words[0], StringComparison.Ordinal) ? "an" : "a")} {words}";

    private static string List(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return all.Length == 1 ? all[0] : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
