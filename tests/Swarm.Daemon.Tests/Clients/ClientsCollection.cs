namespace Swarm.Daemon.Tests.Clients;

/// <summary>All classes that use the node for clients.</summary>
[CollectionDefinition(ClientsNode.Collection)]
public sealed class ClientsCollection : ICollectionFixture<ClientsNode>;
