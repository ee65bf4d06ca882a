using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>What one Compose file asks for.</summary>
/// <param name="Name">The stack: services, networks and volumes bear it as a prefix.</param>
/// <param name="Warnings">What was taken, but is perhaps not meant: variables that are not set.</param>
public sealed record ComposeStack(string Name, ImmutableArray<ServiceSpec> Services, ImmutableArray<string> Warnings);
