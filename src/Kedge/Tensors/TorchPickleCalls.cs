using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>
/// What becomes of the globals that a pickle names and calls. The calls that make tensors and the dictionaries around
/// them are implemented here; whatever else a training checkpoint holds (numbers of NumPy, devices, sets, objects of
/// any class) is skipped without being built; names that only an attack needs are refused. Nothing is ever imported or
/// executed.
/// </summary>
internal static class TorchPickleCalls
{
    private static readonly Dictionary<string, Func<object?[], object?>> Calls = new()
    {
        ["collections.OrderedDict"] = arguments => arguments is [] ? new PickleState() : throw Wrong("collections.OrderedDict"),
        ["collections.defaultdict"] = _ => new PickleState(),
        ["torch._utils._rebuild_tensor"] = RebuildTensor,
        ["torch._utils._rebuild_tensor_v2"] = RebuildTensor,
        ["torch._utils._rebuild_parameter"] = RebuildParameter,
        ["torch._utils._rebuild_parameter_with_state"] = RebuildParameter,
        ["torch._tensor._rebuild_from_type_v2"] = RebuildFromType,
        ["torch.jit._pickle.build_intlist"] = Same,
        ["torch.jit._pickle.build_doublelist"] = Same,
        ["torch.jit._pickle.build_boollist"] = Same,
        ["torch.jit._pickle.build_tensorlist"] = Same,
        ["torch.jit._pickle.restore_type_tag"] = Same,
    };

    /// <summary>Modules that start programs, run code or load libraries: no honest checkpoint names them.</summary>
    private static readonly HashSet<string> HostileModules =
    [
        "os", "posix", "nt", "subprocess", "sys", "pty", "shutil", "socket", "importlib", "runpy", "ctypes", "commands", "webbrowser",
        "pickle", "_pickle", "marshal",
    ];

    /// <summary>Python's built-in names that data may be made of.</summary>
    private static readonly HashSet<string> HarmlessBuiltIns =
    [
        "set", "frozenset", "complex", "slice", "range", "bytearray", "bytes", "object", "dict", "list", "tuple", "int", "float", "bool",
        "str", "type", "getattr", "Ellipsis", "NotImplemented", "long", "unicode", "xrange",
    ];

    /// <summary>Refuses a name that only an attack needs, and storages that cannot be read.</summary>
    /// <exception cref="FormatException">It is one.</exception>
    public static void RequireHarmless(PickleGlobal name)
    {
        var isStorage = name.Module == "torch" && name.Name.EndsWith("Storage", StringComparison.Ordinal);
        if (IsHostile(name) || (isStorage && StorageType(name) is null))
            throw new FormatException($"it names '{name.FullName}', which no state dict needs");
    }

    private static bool IsHostile(PickleGlobal name) => name.Module.Split('.')[0] switch
    {
        "builtins" or "__builtin__" => !HarmlessBuiltIns.Contains(name.Name),
        var package => HostileModules.Contains(package) || name.Name.Contains("__", StringComparison.Ordinal),
    };

    /// <summary>Performs a call that makes a tensor or a dictionary; any other is skipped.</summary>
    public static object? Call(object? function, object? arguments)
    {
        if (function is PickleSkipped)
            return function;
        if (function is not PickleGlobal name || arguments is not object?[] values || StorageType(name) is not null || IsScriptClass(name))
            throw new FormatException($"it calls {Describe(function)}, which no state dict needs");
        return Calls.TryGetValue(name.FullName, out var call) ? call(values) : PickleSkipped.Value;
    }

    /// <summary>Makes an empty object of a TorchScript class; one of any other class is skipped.</summary>
    public static object New(object? type, object? arguments)
    {
        if (type is PickleSkipped)
            return type;
        if (type is not PickleGlobal name || arguments is not object?[] values || Calls.ContainsKey(name.FullName)
            || (IsScriptClass(name) && values.Length > 0))
        {
            throw new FormatException($"it makes an object of {Describe(type)}, which no state dict needs");
        }
        return IsScriptClass(name) ? new PickleObject() : PickleSkipped.Value;
    }

    /// <summary>
    /// Sets the state of an object. What a dictionary or a tensor has beside its items (torch's <c>_metadata</c>) is
    /// not needed and left out.
    /// </summary>
    public static void Build(object? target, object? state)
    {
        if (target is PickleObject { State: null } module && state is PickleState attributes)
            module.State = attributes;
        else if (target is not (PickleState or TorchTensor or PickleSkipped))
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

    private static TorchTensor RebuildParameter(object?[] arguments) =>
        arguments is [TorchTensor data, ..] ? data : throw Wrong("torch._utils._rebuild_parameter");

    /// <summary>
    /// A tensor with attributes or of a class of its own: the function that makes it, the class, its arguments.
    /// </summary>
    private static object? RebuildFromType(object?[] arguments) => arguments is [PickleGlobal function, PickleGlobal, object?[] values, ..]
        ? Call(function, values)
        : throw Wrong("torch._tensor._rebuild_from_type_v2");

    private static object? Same(object?[] arguments) => arguments is [var value, ..] ? value : throw Wrong("a list of TorchScript");

    private static bool IsScriptClass(PickleGlobal name) =>
        name.Module == "__torch__" || name.Module.StartsWith("__torch__.", StringComparison.Ordinal);

    private static ScalarType? StorageType(PickleGlobal name) => name.Module == "torch" ? ElementTypes.FromTorchStorage(name.Name) : null;

    private static string Describe(object? value) => value is PickleGlobal name ? $"'{name.FullName}'" : "something that is no known name";

    private static FormatException Wrong(string function) => new($"it calls '{function}' with arguments that PyTorch never writes");
}
