using System.Collections.Immutable;
using System.Text.Json;

namespace Swarm.Runtime.Seccomp;

/// <summary>The text of a profile, as Docker reads it: names of fields in any capitals, and null for what is not said.
/// </summary>
/// <remarks>https://github.com/moby/profiles/blob/main/seccomp/seccomp.go</remarks>
internal sealed record SeccompDocument
{
    private const char LongS = '\u017f';
    private const char Kelvin = '\u212a';

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = default,
        AllowDuplicateProperties = false,
    };

    public string? DefaultAction { get; init; }

    public uint? DefaultErrnoRet { get; init; }

    public ImmutableArray<string?>? Architectures { get; init; }

    public ImmutableArray<string?>? Flags { get; init; }

    public string? ListenerPath { get; init; }

    public string? ListenerMetadata { get; init; }

    public ImmutableArray<SeccompArchitecture?>? ArchMap { get; init; }

    public ImmutableArray<SeccompRule?>? Syscalls { get; init; }

    /// <exception cref="JsonException">It is none.</exception>
    public static SeccompDocument Parse(ReadOnlySpan<byte> text)
    {
        ExpectPlainNames(text);
        return JsonSerializer.Deserialize<SeccompDocument>(text, Format) ?? new SeccompDocument();
    }

    /// <summary>Go takes two letters beyond ASCII for an s and a k: what has them in its name would be passed over.
    /// </summary>
    private static void ExpectPlainNames(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            var name = reader.GetString()!;
            if (name.AsSpan().ContainsAny(LongS, Kelvin))
                throw new JsonException($"the name of a field is not plain: {name}");
        }
    }
}

internal sealed record SeccompArchitecture(string? Architecture, ImmutableArray<string?>? SubArchitectures);

/// <param name="Name">In old profiles: the one call that it is for.</param>
internal sealed record SeccompRule(
    string? Name, ImmutableArray<string?>? Names, string? Action, uint? ErrnoRet,
    ImmutableArray<SeccompArgument?>? Args, SeccompCondition? Includes, SeccompCondition? Excludes, string? Comment);

internal sealed record SeccompArgument(uint Index, ulong Value, ulong ValueTwo, string? Op);

/// <param name="MinKernel">As <c>4.8</c>.</param>
internal sealed record SeccompCondition(
    ImmutableArray<string?>? Caps, ImmutableArray<string?>? Arches, string? MinKernel);

internal static class SeccompLists
{
    /// <summary>A list that is not said has nothing in it.</summary>
    public static ImmutableArray<T> OrNone<T>(this ImmutableArray<T>? list) =>
        list is { IsDefault: false } said ? said : [];
}
