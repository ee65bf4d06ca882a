using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;

namespace Swarm.Client.Compose;

/// <summary>Gathers what is wrong in one file, so that all of it is told at once.</summary>
internal sealed class ComposeErrors(string file)
{
    private readonly HashSet<ComposeError> _errors = [];
    private readonly List<string> _warnings = [];

    public ImmutableArray<string> Warnings => [.. _warnings];

    /// <remarks>A value that several services share by an alias is told of once.</remarks>
    public void Add(Position at, string message) =>
        _errors.Add(new ComposeError(at.File ?? file, at.Line, at.Column, message));

    public void Warn(Position at, string message)
    {
        var warning = $"{at.File ?? file}:{at.Line}:{at.Column}: {message}";
        if (!_warnings.Contains(warning) && _warnings.Count < ComposeLimits.Errors) _warnings.Add(warning);
    }

    /// <exception cref="ComposeException">There were errors.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0) return;
        var ordered = _errors.OrderBy(error => error.File, StringComparer.Ordinal)
            .ThenBy(error => error.Line).ThenBy(error => error.Column).ToImmutableArray();
        if (ordered.Length > ComposeLimits.Errors)
        {
            var last = ordered[ComposeLimits.Errors];
            ordered = [.. ordered[..ComposeLimits.Errors],
                last with { Message = $"and {ordered.Length - ComposeLimits.Errors} more errors from here on" }];
        }

        throw new ComposeException(ordered);
    }
}
