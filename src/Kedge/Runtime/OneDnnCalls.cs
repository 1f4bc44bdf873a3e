using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Kedge.Runtime;

// The C functions themselves. Tensors are handles that stay the caller's, but for those on the stack of a call by name,
// which the call takes over; each result is a new handle.
internal static unsafe partial class OneDnn
{
    private const ulong None = 0;

    private static bool ExportsAll()
    {
        string[] functions =
        [
            "torch_call_dispatcher", "torch_new_list_reserve_size", "torch_list_push_back", "aoti_torch_new_tensor_handle",
            "aoti_torch_cpu__linear_pointwise", "aoti_torch_cpu_mkldnn__convolution_pointwise",
            "aoti_torch_cpu_mkldnn__convolution_pointwise_binary",
        ];
        LibTorch.Load();
        return NativeLibrary.TryLoad(Library, typeof(OneDnn).Assembly, searchPath: null, out var library)
            && functions.All(function => NativeLibrary.TryGetExport(library, function, out _));
    }

    // calls an operator by its name; the first of the stack becomes its result
    private static Tensor Call(ReadOnlySpan<byte> name, params ReadOnlySpan<ulong> arguments)
    {
        Span<ulong> stack = stackalloc ulong[arguments.Length];
        arguments.CopyTo(stack);
        fixed (byte* operation = name, overload = "\0"u8)
        fixed (ulong* values = stack)
            Check(CallDispatcher(operation, overload, values, FollowedVersion));
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    private static ulong Own(Tensor tensor)
    {
        nint handle;
        Check(NewTensorHandle(tensor.Handle, &handle));
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    private static ulong Pair(long value)
    {
        nint list;
        Check(NewList(2, &list));
        Check(PushBack(list, (ulong)value));
        Check(PushBack(list, (ulong)value));
        return (ulong)list;
    }

    [LibraryImport(Library, EntryPoint = "torch_call_dispatcher")]
    private static partial int CallDispatcher(byte* operation, byte* overload, ulong* stack, ulong version);

    [LibraryImport(Library, EntryPoint = "torch_new_list_reserve_size")]
    private static partial int NewList(nuint size, nint* list);

    [LibraryImport(Library, EntryPoint = "torch_list_push_back")]
    private static partial int PushBack(nint list, ulong value);

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewTensorHandle(nint tensor, nint* handle);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise")]
    private static partial int LinearPointwise(
        nint x, nint weight, nint* bias, byte* f, double** scalars, long count, byte** algorithm, nint* y);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_mkldnn__convolution_pointwise")]
    private static partial int ConvolutionPointwise(
        nint x, nint weight, nint* bias, long* padding, long paddings, long* stride, long strides, long* dilation, long dilations,
        long groups, byte* f, double** scalars, long count, byte** algorithm, nint* y);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_mkldnn__convolution_pointwise_binary")]
    private static partial int ConvolutionPointwiseBinary(
        nint x, nint other, nint weight, nint* bias, long* padding, long paddings, long* stride, long strides, long* dilation,
        long dilations, long groups, byte* operation, double* alpha, byte** f, double** scalars, long count, byte** algorithm, nint* y);
}
