using System.Reflection;
using Kedge.Checkpoints;

namespace Kedge.Clip;

/// <summary>
/// The models that are known by name: small ones inside the library's package, and a larger one in a package of its
/// own.
/// </summary>
internal static class EmbeddedModels
{
    /// <summary>
    /// The model that is used where none is named: photos as ImageNet has them (docs/models/kedge-base.md). It is in
    /// the package <see cref="DefaultPackage"/>.
    /// </summary>
    public const string Default = "kedge-base";

    /// <summary>The package, and the assembly in it, that holds <see cref="Default"/>.</summary>
    public const string DefaultPackage = "Kedge.Models.Base";

    /// <summary>
    /// A small model of photos of 64 pixels, for trying, tests and teaching; not for real work
    /// (docs/models/kedge-mini.md).
    /// </summary>
    public const string Mini = "kedge-mini";

    /// <summary>
    /// A model that was trained on drawings alone (<see cref="Data.Scenes.SceneGenerator"/>), for the demo and for
    /// tests (docs/models/kedge-mini-scenes.md).
    /// </summary>
    public const string Scenes = "kedge-mini-scenes";

    /// <summary>
    /// The names that <see cref="ClipModel.Load(string, TorchSharp.torch.Device?)"/> knows without a file.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [Default, Mini, Scenes];

    internal static bool Contains(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a model that has a name, or a file or folder.</summary>
    /// <exception cref="KedgeException">There is neither, or the package of the model is not at hand.</exception>
    internal static Checkpoint OpenAny(string model) =>
        model.Equals(Default, StringComparison.OrdinalIgnoreCase) ? OpenPackage(Default, DefaultPackage)
        : Contains(model) ? Open(model.ToLowerInvariant(), typeof(EmbeddedModels).Assembly)
        : Path.Exists(model) ? Checkpoint.Open(model)
        : throw new KedgeException($"There is no model '{model}': it is neither a file nor a folder, " +
            $"nor a model that Kedge brings ({string.Join(", ", Names)}); check the name or path.");

    /// <summary>Opens a model of another assembly.</summary>
    internal static Checkpoint OpenPackage(string name, string package)
    {
        try
        {
            return Open(name, Assembly.Load(package));
        }
        catch (FileNotFoundException e)
        {
            throw new KedgeException($"The model {name} is in the package {package}, which this program does not bring: add it " +
                $"(dotnet add package {package}), or name another model ({Mini}, {Scenes}, or the path of a checkpoint).", e);
        }
    }

    private static Checkpoint Open(string name, Assembly assembly)
    {
        var resource = $"{name}.safetensors";
        var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new KedgeException($"Opening the model {name}: this build of {assembly.GetName().Name} holds no {resource}; " +
                "use a released package, or name a checkpoint.");
        return Checkpoint.Read(stream, name);
    }
}
