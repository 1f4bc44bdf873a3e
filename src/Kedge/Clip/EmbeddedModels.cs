using Kedge.Checkpoints;

namespace Kedge.Clip;

/// <summary>The small models inside the package.</summary>
internal static class EmbeddedModels
{
    /// <summary>
    /// The model that is used where none is named. For trying, tests and teaching; not for real work
    /// (docs/models/kedge-mini.md).
    /// </summary>
    public const string Default = "kedge-mini";

    /// <summary>
    /// A model that was trained on drawings alone (<see cref="Data.Scenes.SceneGenerator"/>), for the demo and for
    /// tests (docs/models/kedge-mini-scenes.md).
    /// </summary>
    public const string Scenes = "kedge-mini-scenes";

    /// <summary>
    /// The names that <see cref="ClipModel.Load(string, TorchSharp.torch.Device?)"/> knows without a file.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [Default, Scenes];

    internal static bool Contains(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a model of the package, or a file or folder.</summary>
    /// <exception cref="KedgeException">There is neither.</exception>
    internal static Checkpoint OpenAny(string model) =>
        Contains(model) ? Open(model)
        : Path.Exists(model) ? Checkpoint.Open(model)
        : throw new KedgeException($"There is no model '{model}': it is neither a file nor a folder, " +
            $"nor a model of the package ({string.Join(", ", Names)}); check the name or path.");

    private static Checkpoint Open(string name)
    {
        var resource = $"{name.ToLowerInvariant()}.safetensors";
        var stream = typeof(EmbeddedModels).Assembly.GetManifestResourceStream(resource)
            ?? throw new KedgeException($"Opening the embedded model {name}: this build of Kedge holds no {resource}; " +
                "use a released package, or name a checkpoint.");
        return Checkpoint.Read(stream, name);
    }
}
