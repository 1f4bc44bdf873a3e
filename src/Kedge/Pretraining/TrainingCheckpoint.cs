using System.Text.Json;
using Kedge.Checkpoints;
using Kedge.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Pretraining;

/// <summary>
/// The state of a run between two steps, in one folder: weights, optimiser, step, and what the run is. Written beside and swapped in, so that the
/// last good one always loads, wherever a run is killed.
/// </summary>
internal static class TrainingCheckpoint
{
    private sealed record RunState(int Step, ClipConfiguration Architecture, PretrainingOptions Options);

    private static string Current(string folder) => Path.Combine(folder, "checkpoint");
    private static string Previous(string folder) => Path.Combine(folder, "checkpoint.previous");

    /// <summary>Writes the state after <paramref name="step"/> steps.</summary>
    public static void Write(string folder, int step, ClipNetwork network, OptimizerHelper optimizer, PretrainingOptions options)
    {
        var fresh = Path.Combine(folder, "checkpoint.writing");
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        Directory.CreateDirectory(fresh);
        SafetensorsWriter.Write(Path.Combine(fresh, "model.safetensors"), network.state_dict());
        optimizer.save_state_dict(Path.Combine(fresh, "optimizer.bin"));
        File.WriteAllText(Path.Combine(fresh, "run.json"), JsonSerializer.Serialize(new RunState(step, network.Configuration, options)));
        if (Directory.Exists(Previous(folder)))
            Directory.Delete(Previous(folder), recursive: true);
        if (Directory.Exists(Current(folder)))
            Directory.Move(Current(folder), Previous(folder));
        Directory.Move(fresh, Current(folder));
    }

    /// <summary>Puts the last good state into a network and its optimiser.</summary>
    /// <returns>Steps done; 0 where the folder holds no checkpoint.</returns>
    /// <exception cref="KedgeException">The checkpoint is of another architecture or other options.</exception>
    public static int Restore(string folder, ClipNetwork network, OptimizerHelper optimizer, PretrainingOptions options)
    {
        var checkpoint = new[] { Current(folder), Previous(folder) }.FirstOrDefault(Directory.Exists);
        if (checkpoint is null)
            return 0;
        var state = JsonSerializer.Deserialize<RunState>(File.ReadAllText(Path.Combine(checkpoint, "run.json")))!;
        if (state.Architecture != network.Configuration)
            throw new KedgeException($"Resuming the run in {folder}: its checkpoint has another architecture than the one asked for; give the same, or another folder.");
        if (state.Options != options)
            throw new KedgeException($"Resuming the run in {folder}: its checkpoint was made with {state.Options}, asked for is {options}; give the same, or another folder.");
        using var noGrad = no_grad();
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        foreach (var (name, tensor) in network.state_dict())
        {
            using var stored = file.Read(name);
            tensor.copy_(stored);
        }
        optimizer.load_state_dict(Path.Combine(checkpoint, "optimizer.bin"));
        return state.Step;
    }
}
