using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Swarm.Core;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Seccomp;

/// <summary>Filters that crun compiled for an earlier container with the same capabilities, used again.</summary>
/// <remarks>
/// Compiling one takes 15 ms of processor time, more than all the rest of a start. crun leaves the compiled program in
/// its state folder and takes it back as an annotation. It is kept as <see cref="FilterReduction"/> leaves it, which
/// saves another millisecond at each start and each exec.
/// </remarks>
internal sealed class FilterCache(SeccompProfile profile, EngineFolders folders)
{
    private const string CompiledName = "seccomp.bpf";

    /// <summary>What was kept by an engine that reduced otherwise is not taken.</summary>
    private const string Reduction = "ranges";

    private readonly ConcurrentDictionary<string, string> _compiled = new();

    public SeccompChoice Choose(ImmutableArray<string> capabilities)
    {
        var key = KeyOf(capabilities);
        if (_compiled.TryGetValue(key, out var compiled)) return new SeccompChoice(null, compiled);
        var path = Path.Join(folders.Filters, key);
        if (!File.Exists(path)) return new SeccompChoice(profile.Resolve(capabilities), null);

        compiled = Convert.ToBase64String(File.ReadAllBytes(path));
        _compiled[key] = compiled;
        return new SeccompChoice(null, compiled);
    }

    /// <summary>
    /// Keeps what crun compiled for a container that was made from <see cref="SeccompChoice.Profile"/>.
    /// </summary>
    public void Keep(ContainerId container, ImmutableArray<string> capabilities)
    {
        if (!profile.IsProgramAlone) return;
        var made = Path.Join(folders.RuntimeState(container), CompiledName);
        if (!File.Exists(made)) return;
        if (FilterReduction.Of(File.ReadAllBytes(made)) is not { } program) return;

        var path = Path.Join(folders.Filters, KeyOf(capabilities));
        var aside = $"{path}.{container.Short}";
        File.WriteAllBytes(aside, program);
        File.Move(aside, path, overwrite: true);
    }

    private string KeyOf(ImmutableArray<string> capabilities)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Reduction));
        hash.AppendData(profile.Text.Span);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(',', capabilities)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
