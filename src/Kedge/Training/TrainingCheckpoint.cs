using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>
/// The checkpoint of a run, in its folder: weights, objectives' state, optimiser state, step, and identity of the run.
/// Written to a temporary folder and renamed, so that a complete checkpoint exists whenever a run is killed; the
/// previous one is kept as <c>checkpoint.previous</c>.
/// </summary>
internal sealed class TrainingCheckpoint
{
    private const string CurrentFolder = "checkpoint";
    private const string PreviousFolder = "checkpoint.previous";
    private const string ModelFile = "model.safetensors";
    private const string OptimizerFile = "optimizer.bin";
    private const string StateFile = "run.json";
    private const string StateDigestFile = "run.sha256"; // earlier versions did not write it

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _folder;
    private readonly RunIdentity _run;

    private sealed record State(int Step, JsonObject Run, string ModelSha256, string OptimizerSha256);

    /// <summary>Opens a run's folder, which is created where missing.</summary>
    /// <exception cref="KedgeException">The folder cannot be created.</exception>
    public TrainingCheckpoint(string folder, RunIdentity run)
    {
        (_folder, _run) = (folder, run);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder '{folder}' for a training run cannot be made: {e.Message} Choose another place.", e);
        }
    }

    /// <summary>
    /// The steps done in the newest checkpoint; 0 before <see cref="Restore"/>, and where there is none.
    /// </summary>
    public int Step { get; private set; }

    /// <summary>Whether a folder holds a checkpoint, intact or not.</summary>
    public static bool Exists(string folder) =>
        Directory.Exists(Path.Combine(folder, CurrentFolder)) || Directory.Exists(Path.Combine(folder, PreviousFolder));

    private string Current => Path.Combine(_folder, CurrentFolder);

    private string Previous => Path.Combine(_folder, PreviousFolder);

    private string Unfinished => Path.Combine(_folder, "checkpoint.writing");

    /// <summary>Writes the state after a step.</summary>
    /// <exception cref="KedgeException">It cannot be written; the previous checkpoint is kept.</exception>
    public void Write(int step, TrainingState training)
    {
        try
        {
            Remove(Unfinished);
            Directory.CreateDirectory(Unfinished);
            SafetensorsWriter.Write(Path.Combine(Unfinished, ModelFile), training.Tensors);
            training.Optimizer.save_state_dict(Path.Combine(Unfinished, OptimizerFile));
            var state = new State(step, _run.Values, Digest(Unfinished, ModelFile), Digest(Unfinished, OptimizerFile));
            File.WriteAllText(Path.Combine(Unfinished, StateFile), JsonSerializer.Serialize(state, Format));
            File.WriteAllText(Path.Combine(Unfinished, StateDigestFile), Digest(Unfinished, StateFile));
            if (Directory.Exists(Current)) // else the previous one is the only one
            {
                Remove(Previous);
                Directory.Move(Current, Previous);
            }
            Directory.Move(Unfinished, Current);
            Step = step;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KedgeException)
        {
            Discard(Unfinished);
            throw new KedgeException($"Writing the checkpoint of step {step} failed: {e.Message} " +
                $"Once there is room in '{_folder}', start the same run again; it goes on from step {Step}.", e);
        }
    }

    /// <summary>Loads the newest checkpoint, if any, into tensors and optimiser, and sets <see cref="Step"/>.</summary>
    /// <exception cref="KedgeException">The checkpoint is of another run, or damaged.</exception>
    public void Restore(TrainingState training)
    {
        if (new[] { Current, Previous }.FirstOrDefault(Directory.Exists) is not { } checkpoint)
            return;
        var state = Read(checkpoint);
        if (_run.DifferencesOf(state.Run) is { Length: > 0 } differences)
            throw new KedgeException($"The run in '{_folder}' cannot be resumed: it was started with {differences}; ask for the same, " +
                "or give another folder.");
        using var noGrad = no_grad();
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, ModelFile));
        foreach (var (name, tensor) in training.Tensors)
        {
            using var stored = file.Read(name);
            if (stored.dtype != tensor.dtype || !stored.shape.SequenceEqual(tensor.shape))
                throw Damaged(checkpoint, ModelFile);
            tensor.copy_(stored);
        }
        try
        {
            training.Optimizer.load_state_dict(Path.Combine(checkpoint, OptimizerFile));
        }
        catch (Exception e) when (e is not KedgeException) // whatever a forged file makes TorchSharp do
        {
            throw Damaged(checkpoint, OptimizerFile, e);
        }
        Step = state.Step;
    }

    private State Read(string checkpoint)
    {
        try
        {
            var state = JsonSerializer.Deserialize<State>(UserFile.ReadAllText(Path.Combine(checkpoint, StateFile)), Format)
                ?? throw Damaged(checkpoint, StateFile);
            var digest = Path.Combine(checkpoint, StateDigestFile);
            var isAsWritten = !File.Exists(digest) || UserFile.ReadAllText(digest) == Digest(checkpoint, StateFile);
            return !isAsWritten || state.Step < 0 ? throw Damaged(checkpoint, StateFile)
                : state.ModelSha256 != Digest(checkpoint, ModelFile) ? throw Damaged(checkpoint, ModelFile)
                : state.OptimizerSha256 != Digest(checkpoint, OptimizerFile) ? throw Damaged(checkpoint, OptimizerFile)
                : state;
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // the latter for a name that a JsonObject has twice
        {
            throw Damaged(checkpoint, StateFile, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The run in '{_folder}' cannot be resumed: {e.Message} {Advice(checkpoint)}", e);
        }
    }

    private KedgeException Damaged(string checkpoint, string file, Exception? inner = null) =>
        new($"The run in '{_folder}' cannot be resumed: '{Path.Combine(checkpoint, file)}' is not as it was written. {Advice(checkpoint)}",
            inner);

    private string Advice(string checkpoint) => $"Remove the folder '{checkpoint}' to go on from " +
        (checkpoint == Current && Directory.Exists(Previous) ? "the checkpoint before it." : "the start.");

    private static string Digest(string checkpoint, string file)
    {
        using var stream = UserFile.OpenRead(Path.Combine(checkpoint, file));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static void Discard(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the error that brought us here is the one to report; the next checkpoint removes it
        }
    }
}
