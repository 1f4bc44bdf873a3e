using Kedge.Features;

namespace Kedge.FewShot;

/// <summary>The one check that a task has what a method requires.</summary>
internal static class TaskRequirements
{
    private static readonly (TaskParts Part, Func<FewShotTask, bool> Has, string Lack)[] Parts =
    [
        (TaskParts.TextTower, task => task.Encoder?.TextTower is not null,
            "a task without a text tower: it learns prompts; give the task the text side of the CLIP model."),
        (TaskParts.Names, task => task.Classes.HasNames,
            "a task without class names, which it looks at: name the classes, or take a method that learns from images alone, " +
                "such as sim or linear-probe."),
        (TaskParts.Towers, task => task.Encoder?.Images is not null,
            "a task without its images and the model: it changes the towers that encode them; fit on photos."),
        (TaskParts.Patches, task => HasFeatures(task, FeatureKinds.Patches),
            "a task without features of the images' patches: it learns from them; give it photos and a model (--data), not features."),
        (TaskParts.Unprojected, task => HasFeatures(task, FeatureKinds.Unprojected),
            "a task without the images' features before the projection into the joint space: it learns from them; " +
                "give it photos and a model (--data), not features."),
        (TaskParts.Projection, task => task.Encoder?.Projection is not null,
            "a task without the image tower's projection: give the task the projection of the CLIP model."),
    ];

    /// <summary>Refuses a task that lacks a required part, or of which a fit would take too much memory.</summary>
    /// <exception cref="KedgeException">Says what is lacking.</exception>
    internal static void Require(FewShotMethod method, FewShotTask task)
    {
        foreach (var (part, has, lack) in Parts)
        {
            if (method.Requires.HasFlag(part) && !has(task))
                throw new KedgeException($"Fitting {method.Name} found {lack}");
        }
        FitMemory.Require(method, task);
        if (method.Requires.HasFlag(TaskParts.Support) && NamesWithoutImage(task) is { } names)
            throw new KedgeException($"Fitting {method.Name} found no support image of {names}: it needs at least one of each class.");
    }

    /// <summary>What images must be encoded as for a method that requires these parts.</summary>
    internal static FeatureKinds Kinds(this TaskParts parts)
    {
        var patches = parts.HasFlag(TaskParts.Patches) ? FeatureKinds.Patches : FeatureKinds.Image;
        var unprojected = parts.HasFlag(TaskParts.Unprojected) ? FeatureKinds.Unprojected : FeatureKinds.Image;
        return patches | unprojected;
    }

    private static bool HasFeatures(FewShotTask task, FeatureKinds kind) =>
        task.Support.Count == 0 || task.Support.Images.Kinds.HasFlag(kind);

    private static string? NamesWithoutImage(FewShotTask task)
    {
        const int shown = 5;
        string[] empty = [.. task.Classes.Names.Zip(task.CountShots()).Where(pair => pair.Second == 0).Select(pair => pair.First)];
        return empty.Length == 0 ? null
            : string.Join(", ", empty.Take(shown).Select(name => $"'{name}'"))
                + (empty.Length > shown ? $" and {empty.Length - shown} more" : "");
    }
}
