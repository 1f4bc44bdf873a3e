using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>
/// The allow list of globals that a pickle may name and call: what <c>torch.save</c> writes for a state dict and
/// TorchScript for its modules. Each call is implemented here; any other name is an error.
/// </summary>
internal static class TorchPickleCalls
{
    private static readonly Dictionary<string, Func<object?[], object?>> Calls = new()
    {
        ["collections.OrderedDict"] = arguments => arguments is [] ? new PickleState() : throw Wrong("collections.OrderedDict"),
        ["torch._utils._rebuild_tensor_v2"] = RebuildTensor,
        ["torch._utils._rebuild_parameter"] = arguments => arguments is [TorchTensor data, ..]
            ? data
            : throw Wrong("torch._utils._rebuild_parameter"),
        ["torch.jit._pickle.build_intlist"] = Same,
        ["torch.jit._pickle.build_doublelist"] = Same,
        ["torch.jit._pickle.build_boollist"] = Same,
        ["torch.jit._pickle.build_tensorlist"] = Same,
        ["torch.jit._pickle.restore_type_tag"] = Same,
    };

    /// <summary>Whether a pickle may name a global.</summary>
    public static bool MayName(PickleGlobal name) =>
        Calls.ContainsKey(name.FullName) || IsScriptClass(name) || StorageType(name) is not null;

    /// <summary>Performs one of the allowed calls.</summary>
    public static object? Call(object? function, object? arguments) =>
        function is PickleGlobal name && Calls.TryGetValue(name.FullName, out var call) && arguments is object?[] values
            ? call(values)
            : throw new FormatException($"it calls {Describe(function)}, which no state dict needs");

    /// <summary>Makes an empty object of a TorchScript class.</summary>
    public static PickleObject New(object? type, object? arguments) =>
        type is PickleGlobal name && IsScriptClass(name) && arguments is object?[] { Length: 0 }
            ? new PickleObject()
            : throw new FormatException($"it makes an object of {Describe(type)}, which no state dict needs");

    /// <summary>
    /// Sets the state of an object. An ordered dictionary's own state (torch's <c>_metadata</c>)
    /// is not needed and left out.
    /// </summary>
    public static void Build(object? target, object? state)
    {
        if (target is PickleObject { State: null } module && state is PickleState attributes)
            module.State = attributes;
        else if (target is not PickleState)
            throw new FormatException($"it sets the state of {Describe(target)}, which no state dict needs");
    }

    /// <summary>Resolves a persistent id: <c>('storage', class, key, device, element count, …)</c>.</summary>
    public static TorchStorage Storage(object? id) =>
        id is object?[] and ["storage", PickleGlobal type, string key, string, long count, ..] && StorageType(type) is { } elements
            ? new TorchStorage(key, elements, count)
            : throw new FormatException("it refers to something outside itself that is no storage of a known type");

    private static TorchTensor RebuildTensor(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]
            || shape.Length > ElementTypes.MaxDimensions || strides.Length > ElementTypes.MaxDimensions
            || !shape.All(item => item is long) || !strides.All(item => item is long))
        {
            throw Wrong("torch._utils._rebuild_tensor_v2");
        }
        var tensor = new TorchTensor(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()]);
        return tensor.Fault() is { } fault ? throw new FormatException(fault) : tensor;
    }

    private static object? Same(object?[] arguments) => arguments is [var value, ..] ? value : throw Wrong("a list of TorchScript");

    private static bool IsScriptClass(PickleGlobal name) =>
        name.Module == "__torch__" || name.Module.StartsWith("__torch__.", StringComparison.Ordinal);

    private static ScalarType? StorageType(PickleGlobal name) => name.Module == "torch" ? ElementTypes.FromTorchStorage(name.Name) : null;

    private static string Describe(object? value) => value is PickleGlobal name ? $"'{name.FullName}'" : "something that is no known name";

    private static FormatException Wrong(string function) => new($"it calls '{function}' with arguments that PyTorch never writes");
}
